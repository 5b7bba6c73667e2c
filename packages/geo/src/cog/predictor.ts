/**
 * The horizontal predictor (TIFF 6.0, section 14): each sample becomes its difference from the one to its left.
 */
import type { BitDepth } from './layout.ts';

/** Differences of a tile's samples in place, row by row, then its little-endian bytes. */
export function predict(samples: Uint8Array | Uint16Array, width: number, bands: number, bits: BitDepth): Uint8Array {
  const row = width * bands;
  for (let start = 0; start < samples.length; start += row) {
    for (let at = start + row - 1; at >= start + bands; at--) samples[at]! -= samples[at - bands]!;
  }
  if (bits === 8) return samples as Uint8Array;
  const bytes = new Uint8Array(samples.length * 2);
  for (let n = 0; n < samples.length; n++) {
    bytes[2 * n] = samples[n]! & 255;
    bytes[2 * n + 1] = samples[n]! >> 8;
  }
  return bytes;
}
