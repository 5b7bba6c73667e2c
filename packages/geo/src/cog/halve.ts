/**
 * One row of an overview from two rows of the level above it.
 */
import type { RasterProfile } from './layout.ts';

export type Samples = Uint8Array | Uint16Array;

/**
 * Averages blocks of 2 x 2 pixels, in integers, halves rounded up. With alpha, colours are weighted by it, and a block
 * that is wholly transparent keeps the plain average of its colours. At an odd edge the block holds fewer pixels.
 *
 * @param upper a row of `width` pixels
 * @param lower the row below it; undefined below the last one
 * @param target receives (width + 1) / 2 pixels
 */
export function halveRows(
  { bands, alpha }: Pick<RasterProfile, 'bands' | 'alpha'>,
  width: number,
  upper: Samples,
  lower: Samples | undefined,
  target: Samples,
): void {
  const below = lower ?? upper;
  const half = (width + 1) >> 1;
  for (let x = 0; x < half; x++) {
    const left = 2 * x * bands;
    // An edge pixel stands for the missing ones too, which leaves the average as it is.
    const right = 2 * x + 1 < width ? left + bands : left;
    const to = x * bands;
    if (alpha) averageWeighted(upper, below, left, right, target, to, bands);
    else for (let b = 0; b < bands; b++) target[to + b] = average(upper, below, left + b, right + b);
  }
}

function average(upper: Samples, below: Samples, left: number, right: number): number {
  return (upper[left]! + upper[right]! + below[left]! + below[right]! + 2) >> 2;
}

function averageWeighted(
  upper: Samples,
  below: Samples,
  left: number,
  right: number,
  target: Samples,
  to: number,
  bands: number,
): void {
  const last = bands - 1;
  const a = upper[left + last]!;
  const b = upper[right + last]!;
  const c = below[left + last]!;
  const d = below[right + last]!;
  const weight = a + b + c + d;
  const equal = a === b && b === c && c === d;
  for (let band = 0; band < last; band++) {
    if (equal) {
      target[to + band] = average(upper, below, left + band, right + band);
    } else {
      const sum =
        upper[left + band]! * a + upper[right + band]! * b + below[left + band]! * c + below[right + band]! * d;
      target[to + band] = Math.floor((2 * sum + weight) / (2 * weight));
    }
  }
  target[to + last] = (weight + 2) >> 2;
}
