import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogRoutes } from '../../src/catalog/routes.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { DatasetVersions } from '../../src/data/dataset-versions.ts';
import { Datasets } from '../../src/data/datasets.ts';
import { datasetThread } from '../../src/data/reader-thread.ts';
import { datasetRoutes } from '../../src/data/routes.ts';
import { Feedback } from '../../src/feedback/feedback.ts';
import { feedbackRoutes } from '../../src/feedback/routes.ts';
import { Imageries } from '../../src/imagery/imageries.ts';
import { imageryThread } from '../../src/imagery/reader-thread.ts';
import { imageryRoutes } from '../../src/imagery/routes.ts';
import { estimateRoutes } from '../../src/inference/estimate-routes.ts';
import { exportRoutes } from '../../src/inference/export-routes.ts';
import { exportThread } from '../../src/inference/exports-thread.ts';
import { Inferences } from '../../src/inference/door/inferences.ts';
import { doorRoutes } from '../../src/inference/door/routes.ts';
import { FeatureLogFiles } from '../../src/inference/feature-log-files.ts';
import { featureRoutes } from '../../src/inference/feature-routes.ts';
import { outlineThread } from '../../src/inference/outlines-thread.ts';
import { Precedence } from '../../src/inference/precedence.ts';
import { inferenceRoutes } from '../../src/inference/routes.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { pageRoutes } from '../../src/platform/page.ts';
import { platformRoutes } from '../../src/platform/routes.ts';
import { receiptRoutes } from '../../src/receipts/routes.ts';
import { exampleRoutes } from '../../src/registry/example-routes.ts';
import { mlflowProxy } from '../../src/registry/mlflow/proxy.ts';
import { modelRoutes } from '../../src/registry/model-routes.ts';
import { Models } from '../../src/registry/models.ts';
import { Canaries } from '../../src/registry/canaries.ts';
import { canaryRoutes } from '../../src/registry/canary-routes.ts';
import { revocationRoutes } from '../../src/registry/revocation-routes.ts';
import { Revocations } from '../../src/registry/revocation.ts';
import { registryRoutes } from '../../src/registry/routes.ts';
import { shadowRoutes } from '../../src/registry/shadow-routes.ts';
import { Shadows } from '../../src/registry/shadows.ts';
import { versionFileRoutes } from '../../src/registry/version-file-routes.ts';
import { EventLog } from '../../src/identity/event-log.ts';
import { eventRoutes } from '../../src/identity/event-routes.ts';
import { usageRoutes } from '../../src/usage/routes.ts';
import { trainingEstimateRoutes } from '../../src/training/training-estimate.ts';
import { uploadRoutes } from '../../src/storage/uploads.ts';
import { surveyRoutes } from '../../src/survey/routes.ts';
import { Survey } from '../../src/survey/survey.ts';
import { startIdentity } from '../identity/gateway.ts';
import { ControlledProcess, Gateways } from '../jobs/fixture.ts';
import { noMlflow, registryOn } from '../registry/registry-fixture.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let gateways: Gateways;
const home = await mkdtemp(join(tmpdir(), 'cairn-openapi-'));
beforeAll(async () => {
  const predict = new ControlledProcess();
  gateway = await startIdentity((database) => {
    gateways = new Gateways(database);
    const catalog = new Catalog({ database });
    const registry = registryOn(database, home);
    const { objects, receipts, outbox, versions } = registry;
    const reader = datasetThread();
    const nobodyAsks = () => Promise.reject(new Error('nobody asks'));
    const noGraph = {
      infer: nobodyAsks,
      ask: nobodyAsks,
      hold: () => () => undefined,
      isReady: () => false,
      hasRoom: () => false,
      status: nobodyAsks,
      outside: null,
      close: nobodyAsks,
    };
    const imagery = { imageries: new Imageries({ catalog }), objects, reader: imageryThread() };
    const predicting = {
      database,
      versions,
      receipts,
      precedence: new Precedence(),
      ...imagery,
      backend: noGraph,
      outlines: outlineThread(),
      maxAoiKm2: 1,
      block: 512,
    };
    return [
      platformRoutes({ platform: { status: nobodyAsks }, blueprint: { read: nobodyAsks } }),
      eventRoutes({ log: new EventLog({ database }) }),
      usageRoutes({ database }),
      uploadRoutes({ objects, maxUploadBytes: 1024 }),
      catalogRoutes({ catalog }),
      registryRoutes(registry),
      canaryRoutes({ canaries: new Canaries(registry) }),
      shadowRoutes({ shadows: new Shadows(registry) }),
      versionFileRoutes(registry),
      exampleRoutes(registry),
      modelRoutes({ database, objects, models: new Models({ database, catalog }) }),
      revocationRoutes({ revocations: new Revocations({ database, receipts, outbox }) }),
      mlflowProxy({ server: noMlflow, database, maxUploadBytes: 1024 }),
      datasetRoutes({ versions: new DatasetVersions({ database, objects }), objects, reader }),
      imageryRoutes(imagery),
      inferenceRoutes({ database, objects }),
      exportRoutes({ database, objects, exporter: exportThread() }),
      estimateRoutes({ ...predicting, rates: { perHour: 0, perCpuHour: 0, currency: 'USD' } }),
      trainingEstimateRoutes({
        ...{ database, objects, datasets: new Datasets({ catalog }) },
        rates: { perHour: 0, perCpuHour: 0, currency: 'USD' },
      }),
      featureRoutes({ jobs: { get: nobodyAsks }, objects, logs: new FeatureLogFiles(home) }),
      doorRoutes({ versions, inferences: new Inferences(predicting) }),
      receiptRoutes({ receipts, database }),
      feedbackRoutes({ feedback: new Feedback({ database }) }),
      surveyRoutes({ survey: new Survey({ database, checks: [] }) }),
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
  await rm(home, { recursive: true, force: true });
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
      expect.arrayContaining([
        '/processes/{process}/execution',
        '/processes/train-model/estimate',
        '/jobs/{job}',
        '/jobs/{job}/log',
        '/stac/search',
      ]),
    );
    const folders = new Set(Object.keys(document.paths).map((path) => path.split('/')[1]));
    const listed =
      'accounts activity api approvals blueprint conformance datasets events examples feedback feedback.csv healthz imagery jobs keys mlflow models predictions processes';
    const more = 'receipts revocations session stac status survey tokens uploads usage v2 {*}';
    expect([...folders].sort().join(' ')).toBe(`${listed} ${more}`);
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
