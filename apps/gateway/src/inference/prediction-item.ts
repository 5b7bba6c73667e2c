import { FORMAT_NAMES, FORMATS } from '@cairn/export';
import { multihash } from '../imagery/imagery-item.ts';
import { versionItemId } from '../registry/version-item.ts';
import type { Missing } from './missing.ts';
import type { NewPrediction } from './prediction-row.ts';

/** Address of a prediction's GeoJSON, or of its buildings in another format, from the root of the gateway. */
export function buildingsAddress(id: string, format = 'geojson'): string {
  return `/predictions/${id}/buildings.${format}`;
}

/**
 * The STAC item of a prediction, derived from a version and imagery.
 * @param classes that were looked for
 * @param area that was asked for, and what of it has no imagery
 * @param size bytes of the GeoJSON
 * @param at RFC 3339 in UTC, when it was made
 */
export function predictionItem(
  row: NewPrediction,
  classes: readonly string[],
  { geometry, bbox, missing }: { geometry: object; bbox: readonly number[]; missing: Missing },
  parameters: object,
  size: number,
  at: string,
): Record<string, unknown> & { id: string; collection: string } {
  const derivedFrom = (collection: string, id: string) => ({
    rel: 'derived_from',
    href: `/stac/collections/${collection}/items/${id}`,
    type: 'application/geo+json',
  });
  return {
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: ['https://stac-extensions.github.io/file/v2.1.0/schema.json'],
    id: row.id,
    collection: 'predictions',
    bbox,
    geometry,
    properties: {
      title: `${row.features} ${classes.join() === 'building' ? 'buildings' : 'features'} on ${row.imagery}`,
      datetime: at,
      'cairn:model': row.model,
      'cairn:version': row.version,
      'cairn:imagery': row.imagery,
      'cairn:features': row.features,
      'cairn:area_km2': row.area_km2,
      'cairn:missing_km2': missing.km2,
      'cairn:gaps': missing.gaps,
      'cairn:parameters': parameters,
      'cairn:receipt': row.receipt,
    },
    assets: {
      buildings: {
        href: buildingsAddress(row.id),
        type: 'application/geo+json',
        title: 'Buildings',
        roles: ['data'],
        'file:checksum': multihash(row.geojson_digest),
        'file:size': size,
      },
      ...Object.fromEntries(
        FORMAT_NAMES.map((format) => [
          format,
          {
            href: buildingsAddress(row.id, format),
            type: FORMATS[format].mediaType,
            title: `Buildings as ${FORMATS[format].title}`,
            roles: ['data'],
          },
        ]),
      ),
    },
    links: [derivedFrom('versions', versionItemId(row)), derivedFrom('imagery', row.imagery)],
  };
}
