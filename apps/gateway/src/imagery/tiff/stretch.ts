import type { Bands } from './bands.ts';
import type { Level } from './level.ts';
import type { Range } from './rgba.ts';

/** Blocks that are looked at, spread over the image. */
const mostBlocks = 16;
/** Share of the samples that becomes black, and white. */
const share = 0.02;

/**
 * Brings samples of 16 bits to 8: cameras fill 10 to 16 of them, so the values between the 2nd and the 98th percentile of
 * the image are spread over 0..255, all colours alike. The percentiles are of the whole image (its smallest overview of
 * at least 256 pixels, sampled at fixed places), so a pixel gets the same colour in every window.
 */
export class Stretch {
  readonly #bands: Bands;
  #range: Promise<Range> | undefined;

  constructor(bands: Bands) {
    this.#bands = bands;
  }

  /** The range of the image; read once. */
  range<L extends Level>(
    levels: readonly L[],
    read: (level: L, col: number, row: number) => Promise<Uint8Array | Uint16Array>,
  ): Promise<Range> {
    this.#range ??= this.#measure(levels, read);
    return this.#range;
  }

  /** What is looked at: blocks of one level, spread over the image. */
  sampled<L extends Level>(levels: readonly L[]): { level: L; places: [col: number, row: number][] } {
    const level = [...levels].reverse().find(({ width, height }) => Math.max(width, height) >= 256) ?? levels[0]!;
    const cols = Math.ceil(level.width / level.blockWidth);
    const blocks = cols * Math.ceil(level.height / level.blockHeight);
    const step = Math.max(1, blocks / mostBlocks);
    const places: [number, number][] = [];
    for (let at = 0; at < blocks; at += step) {
      const index = Math.floor(at);
      places.push([index % cols, Math.floor(index / cols)]);
    }
    return { level, places };
  }

  async #measure<L extends Level>(
    levels: readonly L[],
    read: (level: L, col: number, row: number) => Promise<Uint8Array | Uint16Array>,
  ): Promise<Range> {
    const { level, places } = this.sampled(levels);
    const counts = new Float64Array(65_536);
    const { samples, alpha, noData } = this.#bands;
    for (const [col, row] of places) {
      const values = await read(level, col, row);
      const width = Math.min(level.blockWidth, level.width - col * level.blockWidth);
      const height = Math.min(level.blockHeight, level.height - row * level.blockHeight);
      // What fills a block beyond the image's edge is not of the image.
      for (let y = 0; y < height; y++) {
        const from = y * level.blockWidth * samples;
        for (let i = from; i < from + width * samples; i++) {
          if (i % samples === alpha || values[i] === noData) continue;
          if (alpha !== -1 && values[i - (i % samples) + alpha] === 0) continue;
          counts[values[i]!]! += 1;
        }
      }
    }
    return percentiles(counts);
  }
}

function percentiles(counts: Float64Array): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (part: number): number => {
    let sum = 0;
    for (let value = 0; value < counts.length; value++) {
      sum += counts[value]!;
      if (sum > 0 && sum >= total * part) return value;
    }
    return counts.length - 1;
  };
  return { low: at(share), high: Math.max(at(1 - share), at(share) + 1) };
}
