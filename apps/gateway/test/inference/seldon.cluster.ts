import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ProcessInput } from '@cairn/contracts';
import { crsOfEpsg, lonLatOfPixel } from '@cairn/geo';
import { openBundle, readStatement } from '@cairn/receipt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SeldonBackend } from '../../src/inference/backend/seldon/backend.ts';
import type { Graph } from '../../src/inference/graph.ts';
import { FeatureLogFiles } from '../../src/inference/feature-log-files.ts';
import { Predict } from '../../src/inference/predict.ts';
import { comparisonThread } from '../../src/inference/shadow/comparisons-thread.ts';
import { ShadowPrediction } from '../../src/inference/shadow/shadow-prediction.ts';
import { Canaries } from '../../src/registry/canaries.ts';
import { Shadows } from '../../src/registry/shadows.ts';
import { place as origin } from '../imagery/geotiff.ts';
import { type PodOnNode, signalContainers } from '../kubernetes/signal-containers.ts';
import { describeBackend, fixture, graphFor, greyBlock, pixelsIn } from './backend-contract.ts';
import { namespace, openSeldonPlace } from './seldon-place.ts';
import { type Building, jobContext, openWorld, settlement, type World } from './world.ts';

const { signal } = new AbortController();
const run = promisify(execFile);
const hasExecutor = process.env['CAIRN_TEST_SELDON_EXECUTOR'] === 'true';

describeBackend('a cluster with Seldon Core', openSeldonPlace);

describe('graphs on a cluster', () => {
  let place: Awaited<ReturnType<typeof openSeldonPlace>>;
  const opened: SeldonBackend[] = [];
  beforeAll(async () => {
    place = await openSeldonPlace();
  });
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close();
    await place.clear();
  });
  afterAll(() => place.close());

  const open: typeof place.open = async (limits, other) => {
    const backend = await place.open(limits, other);
    opened.push(backend);
    return backend;
  };
  const lay = async (version: number): Promise<Graph> =>
    graphFor('bright', version, await place.lay('bright', version, await fixture('brightness')));
  const names = async (backend: SeldonBackend): Promise<string[]> => (await backend.status()).map(({ name }) => name);

  it('are shared by gateways that wake one at once, and stay while any of them asks', async () => {
    const [one, other] = [await open({ idleMs: 3000 }), await open({ idleMs: 3000 })];
    const graph = await lay(1);
    const request = greyBlock(graph, 255);
    const answers = await Promise.all([one, other].map((backend) => backend.infer(graph, request, signal)));
    expect(answers.map((texts) => pixelsIn(texts[0]))).toEqual([8000, 8000]);
    expect(await names(other)).toEqual(['bright/1']);
    const [found] = await place.own(one);
    // The one asks, the other would have taken it away twice meanwhile; whoever asks meets the same object.
    const until = Date.now() + 8000;
    while (Date.now() < until) {
      await pause(200);
      await one.infer(graph, request, signal);
      expect(other.isReady(graph)).toBe(true);
    }
    expect((await place.own(one)).map(({ name }) => name)).toEqual([found!.name]);
    while ((await names(one)).length > 0) await pause(200);
  });

  it.runIf(hasExecutor)(
    'become available with the executor, and answer the same where the container of a node ends or is killed',
    async () => {
      const backend = await open({});
      const graph = await lay(7);
      const image = greyBlock(graph, 200);
      const before = await backend.infer(graph, image, signal);
      const { name } = (await place.own(backend))[0]!;
      const objects = `/apis/machinelearning.seldon.io/v1/namespaces/${namespace}/seldondeployments/${name}`;
      const { status } = (await place.admin.json<{ status: { state: string } }>({ method: 'GET', path: objects }))!;
      expect(status.state).toBe('Available');
      const pods = async () => {
        const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=seldon-deployment-id%3D${name}`;
        return (await place.admin.json<{ items: Pod[] }>({ method: 'GET', path }))!.items;
      };
      const [pod] = await pods();
      expect(pod!.status.containerStatuses.map((one) => one.name).sort()).toEqual([
        'detector',
        'seldon-container-engine',
        'transformer',
      ]);
      const end = async (node: string): Promise<void> => {
        const container = [pod!.metadata.name, '--container', node];
        const signal = ['node', '--eval', "process.kill(1, 'SIGTERM')"];
        await run('kubectl', ['--namespace', namespace, 'exec', ...container, '--', ...signal]);
      };
      const kill = async (node: string): Promise<void> => {
        await signalContainers((await pods())[0]!, 'KILL', process.env['CAIRN_TEST_SERVING_IMAGE']!, [node]);
      };
      for (const node of ['detector', 'transformer']) {
        for (const [times, strike] of [end, kill].entries()) {
          const asked = Array.from({ length: 6 }, () => backend.infer(graph, image, signal));
          await strike(node);
          for (const answer of await Promise.all(asked)) expect(answer).toEqual(before);
          while (restarts(await pods(), node) <= times) await pause(500);
          expect(await backend.infer(graph, image, signal)).toEqual(before);
        }
      }
      expect((await pods()).map(({ metadata }) => metadata.name)).toEqual([pod!.metadata.name]);
    },
  );

  it('are found by the gateway that comes next, and end with the stage of their version', async () => {
    const graph = await lay(2);
    const before = await open({});
    await before.infer(graph, greyBlock(graph, 255), signal);
    await before.close();
    const next = await open({ idleMs: 10_000 });
    const told: string[] = [];
    await next.infer(graph, greyBlock(graph, 255), signal, (words) => void told.push(words));
    expect(told).toEqual([]);
    place.end('bright/2');
    while ((await names(next)).length > 0) await pause(200);
    expect(next.isReady(graph)).toBe(false);
    place.end();
  });

  it('say why they do not come up', async () => {
    const graph = await lay(3);
    const request = greyBlock(graph, 255);
    const image = `${process.env['CAIRN_TEST_SERVING_IMAGE']!.split('@')[0]!}@sha256:${'0'.repeat(64)}`;
    const unpulled = await open({}, { image });
    const told: string[] = [];
    await expect(unpulled.infer(graph, request, signal, (words) => void told.push(words))).rejects.toMatchObject({
      code: 'image-unavailable',
    });
    expect(told.join('\n')).toMatch(/pulling the image/);
    const large = await open({ startMs: 10_000 }, { threads: 200, cpu: '' });
    await expect(large.infer(await lay(4), request, signal)).rejects.toMatchObject({
      code: 'cluster-full',
      message: expect.stringContaining('cpu') as string,
    });
    const secret = await open({}, { secret: 'nobody-made-it' });
    await expect(secret.infer(await lay(5), request, signal)).rejects.toMatchObject({
      code: 'cluster-refused',
      message: expect.stringContaining('nobody-made-it') as string,
    });
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    const quota = { metadata: { name: 'cairn-test' }, spec: { hard: { 'requests.memory': '1Mi' } } };
    await place.admin.json({ method: 'POST', path: quotas, body: quota });
    try {
      const held = await open({});
      await expect(held.infer(await lay(6), request, signal)).rejects.toMatchObject({ code: 'quota-exceeded' });
    } finally {
      await place.admin.json({ method: 'DELETE', path: `${quotas}/cairn-test` });
    }
    // What was in the way is gone, and the same version comes.
    const after = await open({});
    expect(pixelsIn((await after.infer(graph, request, signal))[0])).toBe(8000);
  });
});

const ground = {
  crs: crsOfEpsg(origin.epsg),
  transform: [origin.west, origin.pixelWidth, 0, origin.north, 0, -origin.pixelHeight],
} as const;

/** A part of the settlement that one block holds. */
const corner = {
  type: 'Polygon',
  coordinates: [
    (
      [
        [0, 0],
        [300, 0],
        [300, 300],
        [0, 300],
        [0, 0],
      ] as const
    ).map(([x, y]) => lonLatOfPixel(ground, x, y)),
  ],
};

interface Pod extends PodOnNode {
  status: { containerStatuses: { name: string; containerID?: string; restartCount: number }[] };
}

/** How often the container of a node was started again, over all pods. */
function restarts(pods: readonly Pod[], node: string): number {
  const all = pods.flatMap(({ status }) => status.containerStatuses);
  return all.filter(({ name }) => name === node).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

describe('predictions on a cluster', () => {
  let place: Awaited<ReturnType<typeof openSeldonPlace>>;
  let world: World;
  let backend: SeldonBackend;
  let picture: Uint8Array;
  beforeAll(async () => {
    place = await openSeldonPlace();
    world = await openWorld();
    picture = await settlement();
    await world.add('settlement', picture);
    const weights = await fixture('brightness');
    // The same network with a word in its documentation: other bytes.
    const second = Buffer.concat([weights, Buffer.from([0x32, 1, 0x32])]);
    await world.propose('bright', 2, second);
    const approver = { id: 'devi', roles: ['approver'] } as const;
    await world.approvals.changeStage('bright', 2, { to: 'production', reason: 'It is of a test.' }, approver);
    await place.lay('bright', 1, weights);
    await place.lay('bright', 2, second);
    backend = await place.open({});
  });
  afterAll(async () => {
    await backend.close();
    await world.close();
    await place.close();
  });

  const predict = async (inputs: Omit<ProcessInput<'predict'>, 'model'> & { model?: string }, told: string[] = []) => {
    const workFolder = join(world.home, 'cluster');
    const parts = { ...world, ...world.predicting, backend, featureLogs: new FeatureLogFiles(workFolder), workFolder };
    const process = new Predict({ ...parts, callsAtOnce: 2 });
    const context = jobContext({ onProgress: (_, words) => void told.push(words) });
    const result = await process.run({ model: 'bright', ...inputs }, context);
    const text = Buffer.from(await world.objects.readAll(result.digest)).toString();
    const { facts } = readStatement(
      openBundle(await world.receipts.get(world.database, result.receipt)).payload,
    ).predicate;
    return { features: (JSON.parse(text) as { features: Building[] }).features, facts, prediction: result.prediction };
  };

  it('wake their graph with progress, and are those of local processes, bit for bit', async () => {
    const told: string[] = [];
    const { features } = await predict({ imagery: 'settlement', model: 'bright/1' }, told);
    expect(told.join('\n')).toMatch(/Waking bright\/1: /);
    const here = await openWorld();
    await here.add('settlement', picture);
    const expected = await here.predict({ imagery: 'settlement' });
    await here.close();
    expect(features.length).toBeGreaterThan(100);
    expect(features).toEqual(expected.features);
  });

  it('are split between the default and its canary, which serve at once', async () => {
    const canaries = new Canaries({ ...world, outbox: { kick: () => undefined } });
    const approver = { id: 'devi', roles: ['approver'] } as const;
    await canaries.set('bright', { version: 2, share: 1 - 1e-9, reason: 'It is said to be better.' }, approver);
    const { facts } = await predict({ imagery: 'settlement', minArea: 5 });
    expect(facts['version']?.value).toBe('bright/2');
    expect(facts['route']).toMatchObject({ value: { alias: 'canary' } });
    await canaries.set('bright', { version: 2, share: 1e-9, reason: 'It is said to be better.' }, approver);
    const other = await predict({ imagery: 'settlement', minArea: 6 });
    expect(other.facts['version']?.value).toBe('bright/1');
    expect((await backend.status()).map(({ name }) => name).sort()).toEqual(['bright/1', 'bright/2']);
  });

  it('are shared out by the gateway between both, by the share that was set', async () => {
    const canaries = new Canaries({ ...world, outbox: { kick: () => undefined } });
    const approver = { id: 'devi', roles: ['approver'] } as const;
    await canaries.set('bright', { version: 2, share: 0.5, reason: 'It is said to be better.' }, approver);
    const answered: unknown[] = [];
    for (let minArea = 10; minArea < 26; minArea++) {
      answered.push((await predict({ imagery: 'settlement', minArea, aoi: corner })).facts['version']?.value);
    }
    await canaries.end('bright', approver);
    const byCanary = answered.filter((version) => version === 'bright/2').length;
    expect(answered.filter((version) => version === 'bright/1')).toHaveLength(16 - byCanary);
    expect(byCanary).toBeGreaterThanOrEqual(3);
    expect(byCanary).toBeLessThanOrEqual(13);
  });

  it('are run once more by a shadow, whose graph answers nobody', async () => {
    const shadows = new Shadows({ ...world, outbox: { kick: () => undefined } });
    const approver = { id: 'devi', roles: ['approver'] } as const;
    await shadows.set('bright', { version: 2, share: 1, reason: 'It is said to be better.' }, approver);
    const { features, facts, prediction } = await predict({ imagery: 'settlement', minArea: 9 });
    expect(facts['version']?.value).toBe('bright/1');
    expect(facts['shadow']).toMatchObject({ value: { version: 'bright/2', share: 1 } });
    const jobs = "select inputs from cairn.job where process = 'shadow-prediction'";
    expect(await world.database.query(jobs)).toEqual([{ inputs: { prediction, version: 'bright/2' } }]);
    const comparisons = comparisonThread();
    const parts = { ...world, ...world.predicting, backend, comparisons, workFolder: join(world.home, 'shadow') };
    try {
      const { figures } = await new ShadowPrediction(parts).run({ prediction, version: 'bright/2' }, jobContext());
      expect(figures).toMatchObject({ matched: features.length, missing: 0, added: 0, meanIou: 1 });
    } finally {
      await comparisons.close();
      await shadows.end('bright', approver);
    }
    expect((await backend.status()).map(({ name }) => name)).toContain('bright/2');
    expect(
      await world.database.query('select 1 from cairn.prediction where id = $1 and version <> 1', [prediction]),
    ).toEqual([]);
  });
});
