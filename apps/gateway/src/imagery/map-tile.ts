import { boxOf, mercatorBounds, pixelOfLonLat, tileBounds, type Box, type Tile } from '@cairn/geo';
import type { BlockCache } from './block-cache.ts';
import type { Level } from './tiff/level.ts';
import type { OpenRaster } from './window.ts';

/** Edge of a map tile in pixels. */
export const tileSize = 256;

/** Control points along a tile's edge: between them places are interpolated, to a fraction of a pixel. */
const steps = 16;

/** More pixels than this are not read for one tile: an image without overviews is not shown from far away. */
const mostPixels = 48 * 1024 * 1024;

/**
 * One tile of the web map as RGBA, bilinear from the overview that fits its resolution; null where nothing of the image
 * lies in it.
 * @throws CairnError `imagery-corrupt`
 */
export async function renderTile(open: OpenRaster, tile: Tile, cache: BlockCache): Promise<Uint8Array | null> {
  const { raster } = open;
  const control = controlPoints(open, tile);
  const box = boxOf([control]);
  const full = raster.levels[0]!;
  const perPixel = Math.max(box.x1 - box.x0, box.y1 - box.y0) / tileSize;
  const index = Math.max(
    0,
    raster.levels.findLastIndex(({ width }) => full.width / width <= Math.max(1, perPixel) * 1.01),
  );
  const level = raster.levels[index]!;
  const ratio = { x: level.width / full.width, y: level.height / full.height };
  const needed: Box = {
    x0: Math.max(0, Math.floor(box.x0 * ratio.x) - 1),
    y0: Math.max(0, Math.floor(box.y0 * ratio.y) - 1),
    x1: Math.min(level.width, Math.ceil(box.x1 * ratio.x) + 1),
    y1: Math.min(level.height, Math.ceil(box.y1 * ratio.y) + 1),
  };
  const pixels = (needed.x1 - needed.x0) * (needed.y1 - needed.y0);
  if (!(needed.x0 < needed.x1 && needed.y0 < needed.y1) || pixels > mostPixels) return null;
  const source = await assemble(open, index, level, needed, cache);
  return resample(source, needed, control, ratio);
}

/** Full-resolution pixel coordinates of (steps + 1)² points of a tile, row by row, flat. */
function controlPoints({ raster }: OpenRaster, tile: Tile): number[] {
  const { crs, transform } = raster.reference;
  const bounds = mercatorBounds(tile);
  const [west, , east] = tileBounds(tile);
  const radius = 6_378_137;
  const points: number[] = [];
  for (let j = 0; j <= steps; j++) {
    const y = bounds.y1 + ((bounds.y0 - bounds.y1) * j) / steps;
    const lat = (Math.atan(Math.sinh(y / radius)) * 180) / Math.PI;
    for (let i = 0; i <= steps; i++) {
      points.push(...pixelOfLonLat({ crs, transform }, west + ((east - west) * i) / steps, lat));
    }
  }
  return points.every(Number.isFinite) ? points : points.map(() => -1);
}

async function assemble(
  { name, raster }: OpenRaster,
  index: number,
  { blockWidth, blockHeight }: Level,
  needed: Box,
  cache: BlockCache,
): Promise<Uint8Array> {
  const width = needed.x1 - needed.x0;
  const out = new Uint8Array(width * (needed.y1 - needed.y0) * 4);
  for (let row = Math.floor(needed.y0 / blockHeight); row * blockHeight < needed.y1; row++) {
    for (let col = Math.floor(needed.x0 / blockWidth); col * blockWidth < needed.x1; col++) {
      const rgba = await cache.block(name, raster, index, col, row);
      const [left, top] = [col * blockWidth, row * blockHeight];
      const x0 = Math.max(left, needed.x0);
      const x1 = Math.min(left + blockWidth, needed.x1);
      for (let y = Math.max(top, needed.y0); y < Math.min(top + blockHeight, needed.y1); y++) {
        const from = ((y - top) * blockWidth - left) * 4;
        out.set(rgba.subarray(from + x0 * 4, from + x1 * 4), ((y - needed.y0) * width + x0 - needed.x0) * 4);
      }
    }
  }
  return out;
}

function resample(
  source: Uint8Array,
  needed: Box,
  control: readonly number[],
  ratio: { x: number; y: number },
): Uint8Array {
  const out = new Uint8Array(tileSize * tileSize * 4);
  const width = needed.x1 - needed.x0;
  const height = needed.y1 - needed.y0;
  for (let y = 0, to = 0; y < tileSize; y++) {
    for (let x = 0; x < tileSize; x++, to += 4) {
      const [fullX, fullY] = interpolated(control, ((x + 0.5) / tileSize) * steps, ((y + 0.5) / tileSize) * steps);
      sample(source, width, height, fullX * ratio.x - needed.x0, fullY * ratio.y - needed.y0, out, to);
    }
  }
  return out;
}

/** The place between four control points. */
function interpolated(control: readonly number[], u: number, v: number): [x: number, y: number] {
  const i = Math.min(steps - 1, Math.floor(u));
  const j = Math.min(steps - 1, Math.floor(v));
  const [fx, fy] = [u - i, v - j];
  const at = (j * (steps + 1) + i) * 2;
  const below = at + (steps + 1) * 2;
  const mix = (k: number): number =>
    (control[at + k]! * (1 - fx) + control[at + 2 + k]! * fx) * (1 - fy) +
    (control[below + k]! * (1 - fx) + control[below + 2 + k]! * fx) * fy;
  return [mix(0), mix(1)];
}

/** Bilinear between the pixels' middles; pixels without data take no part, and decide where they are nearest. */
function sample(
  source: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  if (source[(Math.floor(y) * width + Math.floor(x)) * 4 + 3] === 0) return;
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [fx, fy] = [x - 0.5 - left, y - 0.5 - top];
  let [r, g, b, sum] = [0, 0, 0, 0];
  for (let j = 0; j < 2; j++) {
    for (let i = 0; i < 2; i++) {
      const px = Math.min(width - 1, Math.max(0, left + i));
      const py = Math.min(height - 1, Math.max(0, top + j));
      const at = (py * width + px) * 4;
      const weight = source[at + 3] === 0 ? 0 : (i === 0 ? 1 - fx : fx) * (j === 0 ? 1 - fy : fy);
      r += weight * source[at]!;
      g += weight * source[at + 1]!;
      b += weight * source[at + 2]!;
      sum += weight;
    }
  }
  out[to] = Math.round(r / sum);
  out[to + 1] = Math.round(g / sum);
  out[to + 2] = Math.round(b / sum);
  out[to + 3] = 255;
}
