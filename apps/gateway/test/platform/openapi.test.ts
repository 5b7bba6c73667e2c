import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogRoutes } from '../../src/catalog/routes.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { pageRoutes } from '../../src/platform/page.ts';
import { platformRoutes } from '../../src/platform/routes.ts';
import { startIdentity } from '../identity/gateway.ts';
import { ControlledProcess, Gateways } from '../jobs/fixture.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let gateways: Gateways;
beforeAll(async () => {
  const predict = new ControlledProcess();
  gateway = await startIdentity((database) => {
    gateways = new Gateways(database);
    const catalog = new Catalog({ database });
    return [
      platformRoutes({ platform: { status: () => Promise.reject(new Error('nobody asks')) } }),
      catalogRoutes({ catalog }),
      (app, _options, done) => {
        void gateways.open({ predict }).then((jobs) => {
          void app.register(jobRoutes({ jobs, callbackHosts: new CallbackHosts({ allowed: [] }) }));
          done();
        }, done);
      },
      pageRoutes({ folder: import.meta.dirname }),
    ];
  });
});
afterAll(async () => {
  await gateways.close();
  await gateway.close();
});

const get = (url: string, accept?: string) =>
  gateway.app.inject({
    method: 'GET',
    url,
    headers: {
      host: '127.0.0.1',
      authorization: `Bearer ${gateway.token}`,
      ...(accept === undefined ? {} : { accept }),
    },
  });

describe('the door for programs', () => {
  it('describes itself as valid OpenAPI 3.0', async () => {
    const response = await get('/openapi.json');
    expect(response.headers['content-type']).toMatch(/^application\/vnd\.oai\.openapi\+json;/);
    const document = response.json<{ openapi: string; paths: Record<string, object> }>();
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/processes/{process}/execution', '/jobs/{job}', '/jobs/{job}/log', '/stac/search']),
    );
    const { valid, errors } = await new Validator().validate(document);
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('has a landing page whose links lead somewhere, at the root for those who ask for JSON', async () => {
    const landing = (await get('/api')).json<{ links: { rel: string; href: string }[] }>();
    expect((await get('/', 'application/json')).json()).toEqual(landing);
    const rels = landing.links.map(({ rel }) => rel);
    for (const rel of ['service-desc', 'conformance', 'processes', 'job-list']) {
      expect(rels.some((one) => one === rel || one.endsWith(`/ogc/1.0/${rel}`))).toBe(true);
    }
    for (const { rel, href } of landing.links.filter(({ rel }) => rel !== 'alternate')) {
      expect((await get(new URL(href).pathname)).statusCode, rel).toBe(200);
    }
  });

  it('names the conformance classes that hold', async () => {
    const { conformsTo } = (await get('/conformance')).json<{ conformsTo: string[] }>();
    expect(
      conformsTo.map((uri) => uri.replace('http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/', '')),
    ).toEqual(['core', 'ogc-process-description', 'json', 'oas30', 'job-list', 'callback', 'dismiss']);
  });
});
