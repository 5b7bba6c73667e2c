import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { graphTensors, type BlockParameters, type OipInferRequest } from '@cairn/contracts';
import type { Block, Box } from '@cairn/geo';
import { layoutOf, type Graph } from './graph.ts';

const deflate = promisify(deflateRaw);

/** The pixels that the network has to see for a block: whole windows over its core, and the halo around them. */
export function seenBy({ core }: Block, graph: Graph): Box {
  const { window, halo } = layoutOf(graph);
  const whole = (from: number, to: number): number => from + Math.ceil((to - from) / window) * window + halo;
  return { x0: core.x0 - halo, y0: core.y0 - halo, x1: whole(core.x0, core.x1), y1: whole(core.y0, core.y1) };
}

/**
 * The request that carries a block through the graph.
 * @param rgba the pixels of `seenBy`
 * @param threshold least probability of a pixel that is taken as building, 0..1
 */
export async function blockRequest(
  block: Block,
  seen: Box,
  rgba: Uint8Array,
  threshold: number,
): Promise<OipInferRequest> {
  const { core } = block;
  const place: BlockParameters = {
    originX: seen.x0,
    originY: seen.y0,
    coreX0: core.x0,
    coreY0: core.y0,
    coreX1: core.x1,
    coreY1: core.y1,
    threshold,
  };
  // A photograph hardly packs, and is sent as it is; where there are no data, run lengths do.
  const packed = await deflate(rgba, isFull(rgba) ? { level: 0 } : { level: 1, strategy: constants.Z_RLE });
  const data = [packed.toString('base64')];
  return { inputs: [{ name: graphTensors.image, datatype: 'BYTES', shape: [1], parameters: { ...place }, data }] };
}

function isFull(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] === 0) return false;
  return true;
}

/** Every `step`-th pixel of a block's core, row by row on the imagery's grid: 1 where it has data. */
export function sampledData({ core }: Block, seen: Box, rgba: Uint8Array, step: number): Uint8Array {
  const width = seen.x1 - seen.x0;
  const samples: number[] = [];
  for (let y = firstSample(core.y0, step); y < core.y1; y += step) {
    for (let x = firstSample(core.x0, step); x < core.x1; x += step) {
      samples.push(rgba[((y - seen.y0) * width + x - seen.x0) * 4 + 3] === 0 ? 0 : 1);
    }
  }
  return Uint8Array.from(samples);
}

/** The first sampled pixel from a core's edge on: samples lie at the middles of `step` pixels of the whole grid. */
export function firstSample(from: number, step: number): number {
  const middle = Math.floor(step / 2);
  return Math.ceil((from - middle) / step) * step + middle;
}

/** The cores of a block's windows, as the network is asked about them. */
export function windowsOf({ core }: Pick<Block, 'core'>, graph: Graph): Box[] {
  const { window } = layoutOf(graph);
  const windows: Box[] = [];
  for (let y = core.y0; y < core.y1; y += window) {
    for (let x = core.x0; x < core.x1; x += window) {
      windows.push({ x0: x, y0: y, x1: Math.min(x + window, core.x1), y1: Math.min(y + window, core.y1) });
    }
  }
  return windows;
}

/** Whether a pixel of a box has data. */
export function hasData(box: Box, seen: Box, rgba: Uint8Array): boolean {
  const width = seen.x1 - seen.x0;
  for (let y = box.y0; y < box.y1; y++) {
    const row = ((y - seen.y0) * width - seen.x0) * 4 + 3;
    for (let x = box.x0; x < box.x1; x++) if (rgba[row + x * 4] !== 0) return true;
  }
  return false;
}
