/**
 * Value noise on an integer lattice: smooth fields of 0..255 that any window can compute for itself.
 */
import { hash, mix } from './integer.ts';

const SMOOTH = Uint16Array.from({ length: 257 }, (_, t) => (t * t * (768 - 2 * t)) >>> 16);

/** The noise value (0..255) at pixel (x, y) of a lattice whose cells are 2^shift pixels wide (shift ≤ 15). */
export function noiseAt(seed: number, x: number, y: number, shift: number): number {
  return fineNoiseAt(seed, x, y, shift) >> 8;
}

/** The same noise with 8 more bits (0..65280), for what it moves and not only tints. */
export function fineNoiseAt(seed: number, x: number, y: number, shift: number): number {
  const mask = (1 << shift) - 1;
  const i = x >> shift;
  const j = y >> shift;
  const fx = smoothStep(x & mask, shift);
  const fy = smoothStep(y & mask, shift);
  const left = lerp(latticeValue(seed, i, j), latticeValue(seed, i, j + 1), fy);
  const right = lerp(latticeValue(seed, i + 1, j), latticeValue(seed, i + 1, j + 1), fy);
  return lerp(left, right, fx);
}

/** Noise for every pixel of a window, row by row: Uint8Array of width x height. */
export function noiseField(
  seed: number,
  x0: number,
  y0: number,
  width: number,
  height: number,
  shift: number,
): Uint8Array {
  const field = new Uint8Array(width * height);
  const mask = (1 << shift) - 1;
  const firstColumn = x0 >> shift;
  const columns = ((x0 + width - 1) >> shift) - firstColumn + 2;
  const fractions = Uint16Array.from({ length: width }, (_, x) => smoothStep((x0 + x) & mask, shift));
  const above = new Int32Array(columns);
  const below = new Int32Array(columns);
  const here = new Int32Array(columns);
  let latticeRow = Number.NaN;
  for (let row = 0; row < height; row++) {
    const y = y0 + row;
    if (y >> shift !== latticeRow) {
      latticeRow = y >> shift;
      for (let c = 0; c < columns; c++) {
        above[c] = latticeValue(seed, firstColumn + c, latticeRow);
        below[c] = latticeValue(seed, firstColumn + c, latticeRow + 1);
      }
    }
    const fy = smoothStep(y & mask, shift);
    for (let c = 0; c < columns; c++) here[c] = lerp(above[c]!, below[c]!, fy);
    for (let x = 0; x < width; x++) {
      const c = ((x0 + x) >> shift) - firstColumn;
      field[row * width + x] = lerp(here[c]!, here[c + 1]!, fractions[x]!) >> 8;
    }
  }
  return field;
}

/** Uncorrelated grain of 0..255 for one pixel: cheaper than `hash`, good enough for texture and sensor noise. */
export function grain(seed: number, x: number, y: number): number {
  return mix(seed ^ Math.imul(x, 0x1f123bb5) ^ Math.imul(y, 0x5f356495)) & 255;
}

/** A lattice point's value with 8 fractional bits. */
function latticeValue(seed: number, i: number, j: number): number {
  return (hash(seed, i, j) & 255) << 8;
}

function smoothStep(offset: number, shift: number): number {
  return SMOOTH[shift <= 8 ? offset << (8 - shift) : offset >> (shift - 8)]!;
}

function lerp(from: number, to: number, fraction: number): number {
  return from + (((to - from) * fraction) >> 8);
}
