/** The conformance classes of OGC API - Processes - Part 1 that hold here. */
export const conformsTo = ['core', 'ogc-process-description', 'json', 'oas30', 'job-list', 'callback', 'dismiss'].map(
  (name) => `http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/${name}`,
);

const ogc = 'http://www.opengis.net/def/rel/ogc/1.0';
const json = 'application/json';

/**
 * The API's landing page (OGC API - Processes 1.0): where everything else is.
 * @param base the gateway's address
 */
export function landingPage(base: string) {
  return {
    title: 'Cairn',
    description: 'From an area on a map to buildings, each prediction traceable.',
    links: [
      { href: `${base}/api`, rel: 'self', type: json, title: 'This document' },
      { href: `${base}/`, rel: 'alternate', type: 'text/html', title: 'The page for people' },
      {
        href: `${base}/openapi.json`,
        rel: 'service-desc',
        type: 'application/vnd.oai.openapi+json;version=3.0',
        title: 'The API, as OpenAPI 3.0',
      },
      { href: `${base}/conformance`, rel: `${ogc}/conformance`, type: json, title: 'What of the standard holds' },
      { href: `${base}/processes`, rel: `${ogc}/processes`, type: json, title: 'What can be run' },
      { href: `${base}/jobs`, rel: `${ogc}/job-list`, type: json, title: 'What runs and what ran' },
      { href: `${base}/stac`, rel: 'data', type: json, title: 'The catalogue (STAC)' },
    ],
  };
}
