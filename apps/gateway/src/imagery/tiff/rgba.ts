import type { Bands } from './bands.ts';

/** Sample values that become black and white, where samples have 16 bits. */
export interface Range {
  low: number;
  high: number;
}

/**
 * Samples of a block as RGBA.
 * @param samples interleaved, row by row of the block
 * @param inside the part of the block that lies in the image; the rest stays without data
 * @param mask a byte a pixel, 0 where there is no data, or nothing
 * @param range for samples of 16 bits
 */
export function toRgba(
  samples: Uint8Array | Uint16Array,
  { blockWidth, blockHeight }: { blockWidth: number; blockHeight: number },
  inside: { width: number; height: number },
  bands: Bands,
  mask: Uint8Array | undefined,
  range: Range | undefined,
): Uint8Array {
  // A pixel a word, red in its lowest byte. (So is every machine that Node runs on today.)
  const out = new Uint32Array(blockWidth * blockHeight);
  const { samples: count, grey, inverted, alpha, noData } = bands;
  const [green, blue] = grey ? [0, 0] : [1, 2];
  const low = range?.low ?? 0;
  const factor = range === undefined ? 1 : 255 / Math.max(1, range.high - range.low);
  const scaled = (value: number): number => {
    const byte = range === undefined ? value : Math.min(255, Math.max(0, Math.round((value - low) * factor)));
    return inverted ? 255 - byte : byte;
  };
  for (let y = 0; y < inside.height; y++) {
    let at = y * blockWidth * count;
    let to = y * blockWidth;
    for (let x = 0; x < inside.width; x++, at += count, to++) {
      const r = samples[at]!;
      const g = samples[at + green]!;
      const b = samples[at + blue]!;
      if (alpha !== -1 && samples[at + alpha] === 0) continue;
      if (noData !== null && r === noData && g === noData && b === noData) continue;
      if (mask !== undefined && mask[y * blockWidth + x] === 0) continue;
      out[to] = scaled(r) | (scaled(g) << 8) | (scaled(b) << 16) | 0xff000000;
    }
  }
  return new Uint8Array(out.buffer);
}
