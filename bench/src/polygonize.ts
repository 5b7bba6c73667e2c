import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trace } from '@cairn/geo';
import { amounts, type Comparison } from './comparison.ts';
import { peer } from './peer.ts';
import type { Workshop } from './workshop.ts';

const size = 4096;
const times = 5;

/** Outlines of a mask of 4096 × 4096 pixels: our tracer, and GDAL's polygonize as rasterio calls it. */
export async function polygonize({ folder }: Workshop): Promise<Comparison[]> {
  const mask = blobs();
  let seconds = Infinity;
  let polygons = trace(mask, size, size);
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    polygons = trace(mask, size, size);
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  }
  const [maskFile, oursFile] = [join(folder, 'mask.bin'), join(folder, 'polygons.json')];
  await writeFile(maskFile, mask);
  await writeFile(oursFile, JSON.stringify(polygons.map(({ rings }) => rings.map(pairs))));
  const theirs = await peer<{ seconds: number; polygons: number; differ: number }>('polygonize.py', [
    maskFile,
    size,
    oursFile,
  ]);
  if (theirs.differ !== 0) throw new Error(`${theirs.differ} polygons are not the same as GDAL's.`);
  const about = `mask of ${size} × ${size} pixels, ${theirs.polygons} polygons, equal to GDAL's; the fastest of ${times}`;
  return [amounts('polygonize', seconds, theirs.seconds, 's', about)];
}

function pairs(ring: readonly number[]): [number, number][] {
  return Array.from({ length: ring.length / 2 }, (_, i) => [ring[i * 2]!, ring[i * 2 + 1]!]);
}

/**
 * A mask like a town's: patches of some hundred pixels with ragged edges and holes, some meeting at a corner. A mean of
 * noise over boxes, the same each time.
 */
function blobs(): Uint8Array {
  const reach = 6;
  const noise = new Float32Array(size * size);
  let state = 1;
  for (let i = 0; i < noise.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    noise[i] = state / 2 ** 32;
  }
  const rows = mean(noise, 1, reach);
  const both = mean(rows, size, reach);
  return Uint8Array.from(both, (value) => (value > 0.53 ? 1 : 0));
}

/** The mean of each value and its neighbours, `reach` to either side along one axis; round the edges. */
function mean(values: Float32Array, step: number, reach: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    let sum = 0;
    for (let d = -reach; d <= reach; d++) sum += values[(at + d * step + values.length) % values.length]!;
    out[at] = sum / (2 * reach + 1);
  }
  return out;
}
