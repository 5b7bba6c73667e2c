import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OipInferRequest } from '@cairn/contracts';
import { blockAt } from '@cairn/geo';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProcessBackend } from '../../src/inference/backend/process/backend.ts';
import { blockRequest, seenBy } from '../../src/inference/block-image.ts';
import { BuildingFile } from '../../src/inference/building-file.ts';
import { blockSize, graphOf, layoutOf, type Graph } from '../../src/inference/graph.ts';
import { buildings } from '../../src/registry/network-output.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { quietLogger } from '../registry/quiet.ts';

const fixtureOf = (name: string): string =>
  fileURLToPath(new URL(`../../../serving/test/fixture/${name}.onnx`, import.meta.url));
const bright = { model: 'bright', stride: 16, halo: 16, output: buildings };
const signal = new AbortController().signal;
let home: string;
let objects: ObjectStore;
let children: Children;
let graph: Graph;
let request: OipInferRequest;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-backend-'));
  objects = new ObjectStore({ root: join(home, 'objects') });
  const { digest } = await objects.put(await readFile(fixtureOf('brightness')));
  graph = graphOf({ ...bright, version: 1, weights_digest: digest });
  children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: process.env['PATH'] ?? '' },
    logger: quietLogger(),
  });
  request = await requestOf(255);
});
afterAll(async () => {
  await children.stopAll();
  await rm(home, { recursive: true, force: true });
});

/** A block of one grey. */
async function requestOf(grey: number): Promise<OipInferRequest> {
  const block = blockAt({ width: 100, height: 80, size: blockSize(graph, 512), halo: 16, stride: 16 }, 0, 0);
  const seen = seenBy(block, graph);
  const rgba = new Uint8Array((seen.x1 - seen.x0) * (seen.y1 - seen.y0) * 4).map((_, i) => (i % 4 === 3 ? 255 : grey));
  return blockRequest(block, seen, rgba, 0.5);
}

function pixelsIn(shapes: unknown): number {
  const { polygons } = JSON.parse(String(shapes)) as { polygons: { pixels: number }[] };
  return polygons.reduce((sum, { pixels }) => sum + pixels, 0);
}

test('a model server is started once for blocks that come together, and ended when nobody asks', async () => {
  const backend = new ProcessBackend({ children, objects, threads: 1, idleMs: 300 });
  const answers = await Promise.all([1, 2, 3].map(() => backend.infer(graph, request, signal)));
  expect(answers.map(({ data }) => pixelsIn(data[0]))).toEqual([8000, 8000, 8000]);
  expect(await backend.status()).toMatchObject([{ name: 'bright/1', rssMiB: expect.any(Number) as number }]);
  for (let waited = 0; (await backend.status()).length > 0; waited++) {
    expect(waited).toBeLessThan(100);
    await pause(100);
  }
  expect(pixelsIn((await backend.infer(graph, request, signal)).data[0])).toBe(8000);
  await backend.close();
});

test('a model server that hangs is replaced after the time that a block may take', async () => {
  const backend = new ProcessBackend({ children, objects, threads: 1, requestMs: 4000 });
  await backend.infer(graph, request, signal);
  const [hung] = await backend.status();
  process.kill(hung!.pid, 'SIGSTOP');
  expect(pixelsIn((await backend.infer(graph, request, signal)).data[0])).toBe(8000);
  const [next] = await backend.status();
  expect(next!.pid).not.toBe(hung!.pid);
  await backend.close();
});

test('a block is given up when its job is cancelled', async () => {
  const backend = new ProcessBackend({ children, objects, threads: 1 });
  await expect(backend.infer(graph, request, AbortSignal.abort())).rejects.toThrow('aborted');
  expect(await backend.status()).toEqual([]);
  await backend.close();
});

test('weights that are not in the store, or are no model, are told apart', async () => {
  const backend = new ProcessBackend({ children, objects, threads: 1 });
  const gone = graphOf({ ...bright, version: 2, weights_digest: `sha256:${'0'.repeat(64)}` });
  await expect(backend.infer(gone, request, signal)).rejects.toMatchObject({ code: 'weights-digest-mismatch' });
  const { digest } = await objects.put(Buffer.from('no model'));
  const other = graphOf({ ...bright, version: 3, weights_digest: digest });
  await expect(backend.infer(other, request, signal)).rejects.toMatchObject({ code: 'package-invalid' });
  await backend.close();
});

test.each([
  ['never comes to an end', 'never-ends', 'model-timeout', /^slow\/1 did not answer a block within 0.3 s, 2 times/],
  ['answers numbers that are none', 'not-a-number', 'model-output-invalid', /NaN, which is no probability/],
  ['answers another size', 'half-size', 'model-output-invalid', /where float32 \[1, 1, 544, 544\] was due/],
])('a model that %s is told as such', async (_, name, code, words) => {
  const backend = new ProcessBackend({
    children,
    objects,
    threads: 1,
    ...(code === 'model-timeout' ? { requestMs: 300 } : {}),
  });
  const { digest } = await objects.put(await readFile(fixtureOf(name)));
  const broken = graphOf({ ...bright, model: 'slow', version: 1, weights_digest: digest });
  const asked = backend.infer(broken, await requestOf(0), signal);
  await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(words) as string });
  if (code === 'model-timeout') expect(await backend.status()).toEqual([]);
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
