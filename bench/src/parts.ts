import { readFile } from 'node:fs/promises';
import { headerLengthName, headerLengthOf, readInferRequest } from '@cairn/contracts';
import { blocksIn, crsOf, type Block } from '@cairn/geo';
import { Detector } from '../../apps/serving/src/detector.ts';
import { Network } from '../../apps/serving/src/network.ts';
import type { Answer } from '../../apps/serving/src/answer.ts';
import { taskFor } from '../../apps/serving/src/tasks/tasks.ts';
import { shapesTensor } from '../../apps/serving/src/transformer.ts';
import { binaryMessage, plainImage } from '../../apps/gateway/src/inference/backend/message.ts';
import { blockImage, sampledData, seenBy } from '../../apps/gateway/src/inference/block-image.ts';
import { blocksAcross, callOf, Calls } from '../../apps/gateway/src/inference/calls.ts';
import { graphOf, layoutOf } from '../../apps/gateway/src/inference/graph.ts';
import { Outlines } from '../../apps/gateway/src/inference/outlines.ts';
import { modelGrid } from '../../apps/gateway/src/imagery/model-grid.ts';
import { ImageryReader } from '../../apps/gateway/src/imagery/reader.ts';
import { buildings } from '../../apps/gateway/src/registry/network-output.ts';
import { amounts, type Comparison } from './comparison.ts';
import type { Workshop } from './workshop.ts';

/** Of the reference network. */
const version = { model: 'building-detector', version: 1, weights_digest: '', stride: 16, halo: 96, output: buildings };
const gsd = 0.3;
const size = 512;
const step = 16;

/**
 * What a prediction does besides the network, part by part and one after the other, on the same image as `area`: each beside the
 * time that onnxruntime takes for it. In a prediction parts work side by side, in the gateway and in the model server.
 */
export async function parts(workshop: Workshop): Promise<Comparison[]> {
  const { threads, weights } = workshop;
  const { file } = await workshop.large();
  const graph = graphOf(version);
  const { window, halo, stride } = layoutOf(graph);
  const task = taskFor('semantic-segmentation', buildings.classes);
  const reader = new ImageryReader({ cacheBytes: 2 ** 26, mostCacheBytes: 2 ** 28 });
  const { crs, transform, width, height, footprint } = await reader.describe(file);
  const model = modelGrid({ width, height, reference: { crs: crsOf(crs), transform } }, gsd);
  const grid = { width: model.width, height: model.height, size, halo, stride };
  const outlines = new Outlines({
    grid,
    classes: ['building'],
    crs,
    transform: model.transform,
    aoi: { type: 'Polygon', coordinates: [closed(footprint)] },
    minArea: 4,
    tolerance: 0.75,
    square: true,
    calibration: null,
    step,
    across: blocksAcross(size),
  });
  const network = await Network.load(await readFile(weights), threads);
  const seconds = { read: 0, send: 0, network: 0, detector: 0, trace: 0, outlines: 0 };
  const timed = async <T>(part: keyof typeof seconds, work: () => T | Promise<T>): Promise<T> => {
    const began = performance.now();
    const value = await work();
    seconds[part] += (performance.now() - began) / 1000;
    return value;
  };
  const blocks = blocksIn(grid, [{ x0: 0, y0: 0, x1: grid.width, y1: grid.height }]);
  const calls = new Calls(blocks, size);
  const done = new Set<Block>();
  let found = 0;
  for (const block of blocks) {
    if (done.has(block)) continue;
    // The first warms up and counts for nothing, as it does where an area is measured.
    if (done.size === 1) for (const part of Object.keys(seconds)) seconds[part as keyof typeof seconds] = 0;
    const call =
      done.size === 0
        ? callOf([block])
        : calls.callOf(
            block,
            (one) => !done.has(one),
            () => true,
          );
    const seen = seenBy(call.core, graph);
    const rgba = await timed('read', () => reader.window(file, gsd, seen));
    const request = await timed('send', () => {
      const { headers, parts } = binaryMessage(
        plainImage(blockImage(call.core, seen, rgba, { threshold: 0.5, block: size })),
      );
      return readInferRequest(Buffer.concat(parts), headerLengthOf(headers[headerLengthName]));
    });
    let inside = 0;
    const asked = async (planes: Float32Array, wide: number, high: number): Promise<Answer> => {
      const began = performance.now();
      const answer = await network.answer(planes, wide, high);
      inside += (performance.now() - began) / 1000;
      return answer;
    };
    const detector = new Detector({
      task,
      layout: { window, halo, stride },
      network: {
        takesAnySize: true,
        answer: asked,
        planes: network.planes.bind(network),
        run: network.run.bind(network),
      },
    });
    const { place, found: pixels } = await timed('detector', () => detector.find(request));
    seconds.network += inside;
    seconds.detector -= inside;
    const { data } = await timed('trace', () => shapesTensor(pixels, place, task));
    await timed('outlines', () => {
      for (const [i, one] of call.blocks.entries()) {
        found += outlines.add(one, String(data[i]), sampledData(one.core, seen, rgba, step)).buildings.length;
      }
    });
    for (const one of call.blocks) done.add(one);
  }
  const { network: bare, ...others } = seconds;
  const words = {
    read: 'reading pixels of the model’s grid',
    send: 'putting them into a request and taking them out',
    detector: 'the detector beside its network: planes in, probabilities out',
    trace: 'outlines of pixels, as text',
    outlines: 'joining, squaring, measuring and naming buildings',
  };
  const share = (part: number): string => `${((100 * part) / bare).toFixed(1)} % of the time of onnxruntime`;
  const lines = (Object.keys(words) as (keyof typeof words)[]).map((part) =>
    amounts(`part: ${part}`, others[part], bare, 's', `${words[part]}; ${share(others[part])}`),
  );
  const all = Object.values(others).reduce((sum, one) => sum + one, 0);
  const about = `${blocks.length} blocks of ${size} × ${size} pixels, ${found} buildings, ${threads} threads in onnxruntime`;
  return [...lines, amounts('parts together', all, bare, 's', `${about}; ${share(all)}`)];
}

/** A ring of 1e-7 degree as GeoJSON has it. */
function closed(ring: readonly number[]): [number, number][] {
  const points = Array.from({ length: ring.length / 2 }, (_, i): [number, number] => [
    ring[i * 2]! / 1e7,
    ring[i * 2 + 1]! / 1e7,
  ]);
  return [...points, points[0]!];
}
