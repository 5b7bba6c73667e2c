import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tensor } from '@cairn/contracts';
import { blockAt } from '@cairn/geo';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GraphBackend } from '../../src/inference/backend/backend.ts';
import { blockImage, seenBy, type BlockImage } from '../../src/inference/block-image.ts';
import { blockSize, type Graph, graphOf } from '../../src/inference/graph.ts';
import { buildings } from '../../src/registry/network-output.ts';

/** What of a backend a test may set, in milliseconds. */
export interface BackendLimits {
  idleMs?: number;
  requestMs?: number;
}

/** A backend's place, where weights can be laid and what answers can be killed. */
export interface BackendPlace<Backend extends GraphBackend> {
  open(limits: BackendLimits): Promise<Backend>;
  /** Lays the weights of a version where the nodes of its graph look for them; answers their digest. */
  lay(model: string, version: number, weights: Uint8Array): Promise<string>;
  /** Kills what answers for a graph, at once. */
  kill(backend: Backend, graph: Graph): Promise<void>;
  /** Ends what goes on without its backend. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const { signal } = new AbortController();

/** A network of the tests. */
export function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(`../../../serving/test/fixture/${name}.onnx`, import.meta.url));
}

/** A graph of one version; its weights have stride and halo of the networks of the tests. */
export function graphFor(model: string, version: number, digest: string): Graph {
  return graphOf({ model, version, weights_digest: digest, stride: 16, halo: 16, output: buildings });
}

/** A block of one grey. */
export function greyBlock(graph: Graph, grey: number): BlockImage {
  const { core } = blockAt({ width: 100, height: 80, size: blockSize(graph, 512), halo: 16, stride: 16 }, 0, 0);
  const seen = seenBy(core, graph);
  const rgba = new Uint8Array((seen.x1 - seen.x0) * (seen.y1 - seen.y0) * 4).map((_, i) => (i % 4 === 3 ? 255 : grey));
  return blockImage(core, seen, rgba, { threshold: 0.5 });
}

/** How many pixels a block's polygons cover. */
export function pixelsIn(shapes: unknown): number {
  const { polygons } = JSON.parse(String(shapes)) as { polygons: { pixels: number }[] };
  return polygons.reduce((sum, { pixels }) => sum + pixels, 0);
}

/** What every backend of graphs does. */
export function describeBackend<Backend extends GraphBackend>(
  name: string,
  openPlace: () => Promise<BackendPlace<Backend>>,
): void {
  describe(`${name}, as a backend of graphs`, () => {
    let place: BackendPlace<Backend>;
    const opened: Backend[] = [];
    beforeAll(async () => {
      place = await openPlace();
    });
    afterEach(async () => {
      for (const backend of opened.splice(0)) await backend.close();
      await place.clear();
    });
    afterAll(() => place.close());

    const open = async (limits: BackendLimits = {}): Promise<Backend> => {
      const backend = await place.open(limits);
      opened.push(backend);
      return backend;
    };
    const lay = async (model: string, version: number, weights: Uint8Array): Promise<Graph> =>
      graphFor(model, version, await place.lay(model, version, weights));

    it('starts a graph with the first block and tells so, once for blocks that come together; then it is ready', async () => {
      const backend = await open();
      const graph = await lay('bright', 1, await fixture('brightness'));
      const image = greyBlock(graph, 255);
      expect(backend.isReady(graph)).toBe(false);
      const told: string[] = [];
      const answers = await Promise.all(
        [1, 2, 3].map(() => backend.infer(graph, image, signal, (words) => void told.push(words))),
      );
      expect(answers.map(([shapes]) => pixelsIn(shapes))).toEqual([8000, 8000, 8000]);
      expect(told.join('\n')).toContain('bright/1');
      expect(backend.isReady(graph)).toBe(true);
      expect((await backend.status()).map((one) => one.name)).toEqual(['bright/1']);
      told.length = 0;
      expect(pixelsIn((await backend.infer(graph, image, signal, (words) => void told.push(words)))[0])).toBe(8000);
      expect(told).toEqual([]);
    });

    it('answers with what the network itself gives where it is asked for that', async () => {
      const backend = await open();
      const graph = await lay('bright', 5, await fixture('brightness'));
      const data = new Uint8Array(3 * 32 * 48).fill(255);
      const image: Tensor = { name: 'image', datatype: 'UINT8', shape: [1, 3, 32, 48], parameters: {}, data };
      const answer = await backend.ask(graph, image, signal);
      expect(answer).toMatchObject({ name: 'probability', datatype: 'FP32', shape: [1, 1, 32, 48] });
      expect(Math.min(...(answer.data as Float32Array))).toBeGreaterThan(0.5);
    });

    it('ends a graph that nobody asks for, and starts it again when somebody does', async () => {
      const backend = await open({ idleMs: 500 });
      const graph = await lay('bright', 2, await fixture('brightness'));
      const image = greyBlock(graph, 255);
      await backend.infer(graph, image, signal);
      const runs = async (): Promise<boolean> => (await backend.status()).some((one) => one.name === 'bright/2');
      while (await runs()) await pause(200);
      expect(backend.isReady(graph)).toBe(false);
      expect(pixelsIn((await backend.infer(graph, image, signal))[0])).toBe(8000);
    });

    it('starts a graph that is held before it is asked, and does not end it until nobody holds it', async () => {
      const backend = await open({ idleMs: 300 });
      const graph = await lay('held', 1, await fixture('brightness'));
      const [one, other] = [backend.hold(graph), backend.hold(graph)];
      while (!backend.isReady(graph)) await pause(20);
      one();
      one();
      await pause(700);
      expect(backend.isReady(graph)).toBe(true);
      other();
      while (backend.isReady(graph)) await pause(20);
    });

    it('answers the same where what answers is killed in the middle', async () => {
      const backend = await open();
      const graph = await lay('bright', 3, await fixture('brightness'));
      const image = greyBlock(graph, 200);
      const before = await backend.infer(graph, image, signal);
      const asked = Array.from({ length: 6 }, () => backend.infer(graph, image, signal));
      await place.kill(backend, graph);
      for (const answer of await Promise.all(asked)) expect(answer).toEqual(before);
      expect(await backend.infer(graph, image, signal)).toEqual(before);
    });

    it('serves two versions at once', async () => {
      const backend = await open();
      const [first, second] = [
        await lay('pair', 1, await fixture('brightness')),
        await lay('pair', 2, await fixture('not-a-number')),
      ];
      const [answer, trouble] = await Promise.allSettled([
        backend.infer(first, greyBlock(first, 255), signal),
        backend.infer(second, greyBlock(second, 0), signal),
      ]);
      expect(answer).toMatchObject({ status: 'fulfilled' });
      expect(trouble).toMatchObject({ reason: { code: 'model-output-invalid' } });
      expect((await backend.status()).map((one) => one.name)).toEqual(expect.arrayContaining(['pair/1', 'pair/2']));
    });

    it('gives a block up when its job is cancelled', async () => {
      const backend = await open();
      const graph = await lay('bright', 4, await fixture('brightness'));
      const given = AbortSignal.abort();
      await expect(backend.infer(graph, greyBlock(graph, 255), given)).rejects.toThrow('aborted');
      expect((await backend.status()).map((one) => one.name)).not.toContain('bright/4');
    });

    it('tells weights that are not those of the version from such that are no model', async () => {
      const backend = await open();
      await place.lay('wrong', 1, Buffer.from('others'));
      const other = graphFor('wrong', 1, `sha256:${'0'.repeat(64)}`);
      const image = greyBlock(other, 255);
      await expect(backend.infer(other, image, signal)).rejects.toMatchObject({ code: 'weights-digest-mismatch' });
      const none = await lay('wrong', 2, Buffer.from('no model'));
      await expect(backend.infer(none, image, signal)).rejects.toMatchObject({ code: 'package-invalid' });
    });

    it.each([
      ['never comes to an end', 'never-ends', 'model-timeout', /^slow\/1 did not answer a block within 0.3 s, 2 times/],
      ['answers numbers that are none', 'not-a-number', 'model-output-invalid', /NaN, which is no probability/],
      ['answers another size', 'half-size', 'model-output-invalid', /where float32 \[1, 1, 544, 544\] was due/],
    ])('tells of a model that %s', async (_, network, code, words) => {
      const backend = await open(code === 'model-timeout' ? { requestMs: 300 } : {});
      const versions = ['never-ends', 'not-a-number', 'half-size'];
      const broken = await lay('slow', versions.indexOf(network) + 1, await fixture(network));
      const asked = backend.infer(broken, greyBlock(broken, 0), signal);
      await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(words) as string });
    });
  });
}
