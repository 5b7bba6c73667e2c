import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProcessBackend } from '../../src/inference/backend/process/backend.ts';
import { ServingProgram } from '../../src/inference/backend/process/program.ts';
import { BuildingFile } from '../../src/inference/building-file.ts';
import { blockSize, graphOf, layoutOf } from '../../src/inference/graph.ts';
import { buildings } from '../../src/registry/network-output.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { quietLogger } from '../registry/quiet.ts';
import { describeBackend, fixture, graphFor, greyBlock, pixelsIn } from './backend-contract.ts';

let home: string;
let objects: ObjectStore;
let children: Children;
let program: ServingProgram;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-backend-'));
  objects = new ObjectStore({ root: join(home, 'objects') });
  program = new ServingProgram({ folder: join(home, 'serving') });
  children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: process.env['PATH'] ?? '' },
    logger: quietLogger(),
  });
});
afterAll(async () => {
  await children.stopAll();
  await rm(home, { recursive: true, force: true });
});

describeBackend<ProcessBackend>('local processes', () =>
  Promise.resolve({
    open: (limits) => Promise.resolve(new ProcessBackend({ children, objects, program, threads: 1, ...limits })),
    lay: async (_model, _version, weights) => (await objects.put(weights)).digest,
    kill: async (backend, { model, version }) => {
      const servers = await backend.status();
      process.kill(servers.find(({ name }) => name === `${model}/${version}`)!.pid, 'SIGKILL');
    },
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }),
);

test('requests that come just as an idle model server ends are answered', async () => {
  const backend = new ProcessBackend({ children, objects, program, threads: 1, idleMs: 20 });
  const { digest } = await objects.put(await fixture('brightness'));
  const graph = graphFor('idle', 1, digest);
  const image = greyBlock(graph, 255);
  const { signal } = new AbortController();
  let ends = 0;
  for (const wait of [0, 10, 18, 19, 20, 21, 22, 30]) {
    const answers = await Promise.all([1, 2].map(() => backend.infer(graph, image, signal)));
    expect(answers.map((texts) => pixelsIn(texts[0]))).toEqual([8000, 8000]);
    await pause(wait);
    if (!backend.isReady(graph)) ends += 1;
  }
  expect(ends).toBeGreaterThan(0);
  await backend.close();
});

test('a model server that hangs is replaced after the time that a block may take', async () => {
  const backend = new ProcessBackend({ children, objects, program, threads: 1, requestMs: 4000 });
  const { digest } = await objects.put(await fixture('brightness'));
  const graph = graphFor('bright', 1, digest);
  const image = greyBlock(graph, 255);
  const signal = new AbortController().signal;
  await backend.infer(graph, image, signal);
  const [hung] = await backend.status();
  process.kill(hung!.pid, 'SIGSTOP');
  expect(pixelsIn((await backend.infer(graph, image, signal))[0])).toBe(8000);
  const [next] = await backend.status();
  expect(next!.pid).not.toBe(hung!.pid);
  await backend.close();
});

test('windows and halo of a graph are whole strides, and blocks whole windows', () => {
  for (const stride of [1, 16, 24, 32, 100]) {
    const made = graphOf({ model: 'm', version: 1, weights_digest: 'd', stride, halo: 90, output: buildings });
    const { halo, window } = layoutOf(made);
    expect([halo % stride, window % stride]).toEqual([0, 0]);
    expect(halo).toBeGreaterThanOrEqual(90);
    for (const wanted of [128, 1024, 4096]) expect(blockSize(made, wanted) % window).toBe(0);
  }
});

test('a full disk is told as such', async () => {
  await expect(BuildingFile.open('/dev/full', home)).rejects.toMatchObject({ code: 'disk-full' });
});
