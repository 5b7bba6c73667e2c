import { boxesMeet, type Box } from '@cairn/geo';
import type { BlockCache } from './block-cache.ts';
import { BoxAverage } from './box-average.ts';
import type { ModelGrid } from './model-grid.ts';
import { PixelCopy } from './pixel-copy.ts';
import type { Raster } from './tiff/raster.ts';

/** Blocks that are decoded ahead of the one that is being averaged. */
const readAhead = 4;

/** A raster that is open, with the name it has in the cache. */
export interface OpenRaster {
  name: string;
  raster: Raster;
}

/**
 * The pixels of a window of a model's grid, RGBA row by row; the window may pass the image's edges, beyond which there
 * is no data. Always read from the full resolution: an overview is a mean of rounded means.
 * @throws CairnError `imagery-corrupt`
 */
export async function readWindow(
  { name, raster }: OpenRaster,
  grid: Pick<ModelGrid, 'scale' | 'width' | 'height'>,
  window: Box,
  cache: BlockCache,
): Promise<Uint8Array> {
  const { width, height, blockWidth, blockHeight } = raster.levels[0]!;
  const inside: Box = {
    x0: Math.max(0, window.x0),
    y0: Math.max(0, window.y0),
    x1: Math.min(grid.width, window.x1),
    y1: Math.min(grid.height, window.y1),
  };
  const average = grid.scale === 1 ? new PixelCopy(window) : new BoxAverage(window, grid.scale);
  if (!boxesMeet(inside, window)) return average.rgba();
  const native: Box = {
    x0: Math.floor(inside.x0 * grid.scale),
    y0: Math.floor(inside.y0 * grid.scale),
    x1: Math.min(width, Math.ceil(inside.x1 * grid.scale)),
    y1: Math.min(height, Math.ceil(inside.y1 * grid.scale)),
  };
  const places: [col: number, row: number][] = [];
  for (let row = Math.floor(native.y0 / blockHeight); row * blockHeight < native.y1; row++) {
    for (let col = Math.floor(native.x0 / blockWidth); col * blockWidth < native.x1; col++) places.push([col, row]);
  }
  cache.makeRoom(places.length * blockWidth * blockHeight * 4);
  const reading: Promise<Uint8Array>[] = [];
  let next = 0;
  for (const [col, row] of places) {
    for (; reading.length < readAhead && next < places.length; next++) {
      const block = cache.block(name, raster, 0, ...places[next]!);
      // The one that is waited for tells of its failure; others ahead of it must not end the program.
      block.catch(() => undefined);
      reading.push(block);
    }
    const rgba = await reading.shift()!;
    const [left, top] = [col * blockWidth, row * blockHeight];
    const box: Box = {
      x0: left,
      y0: top,
      x1: Math.min(left + blockWidth, native.x1),
      y1: Math.min(top + blockHeight, native.y1),
    };
    average.add({ box, rgba, stride: blockWidth });
  }
  return average.rgba();
}
