import type { BlockParameters } from '@cairn/contracts';
import type { Box } from '@cairn/geo';
import { layoutOf, type Graph } from './graph.ts';

/** What a call carries through the graph: the pixels that the network has to see for a core, RGBA row by row. */
export interface BlockImage {
  place: BlockParameters;
  rgba: Uint8Array;
  width: number;
  height: number;
}

/** The pixels that the network has to see for a core: whole windows over it, and the halo around them. */
export function seenBy(core: Box, graph: Graph): Box {
  const { window, halo } = layoutOf(graph);
  const whole = (from: number, to: number): number => from + Math.ceil((to - from) / window) * window + halo;
  return { x0: core.x0 - halo, y0: core.y0 - halo, x1: whole(core.x0, core.x1), y1: whole(core.y0, core.y1) };
}

/**
 * The image of a core.
 * @param rgba the pixels of `seenBy`
 * @param asked threshold: least probability of a pixel that is taken as building, 0..1; block: edge of the blocks in the core
 */
export function blockImage(
  core: Box,
  seen: Box,
  rgba: Uint8Array,
  asked: Pick<BlockParameters, 'threshold' | 'block'>,
): BlockImage {
  const { x0: coreX0, y0: coreY0, x1: coreX1, y1: coreY1 } = core;
  const place = { originX: seen.x0, originY: seen.y0, coreX0, coreY0, coreX1, coreY1, ...asked };
  return { place, rgba, width: seen.x1 - seen.x0, height: seen.y1 - seen.y0 };
}

/** Every `step`-th pixel of a block's core, row by row on the imagery's grid: 1 where it has data. */
export function sampledData(core: Box, seen: Box, rgba: Uint8Array, step: number): Uint8Array {
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

/** The cores of the windows in a block's core, as the network is asked about them. */
export function windowsOf(core: Box, graph: Graph): Box[] {
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
