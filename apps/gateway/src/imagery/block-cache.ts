import type { Raster } from './tiff/raster.ts';

/**
 * Decoded blocks of rasters, the least recently used given up first. A block that several windows wait for is decoded
 * once.
 */
export class BlockCache {
  readonly #usual: number;
  readonly #most: number;
  #limit: number;
  readonly #blocks = new Map<string, { pixels: Promise<Uint8Array>; bytes: number }>();
  #bytes = 0;

  /**
   * @param options.limit bytes of pixels that are kept
   * @param options.most bytes that are kept where what is read together needs them
   */
  constructor(options: { limit: number; most: number }) {
    this.#usual = options.limit;
    this.#most = options.most;
    this.#limit = options.limit;
  }

  /** Makes room for what is read together now, so that its neighbours find in the cache what they share with it. */
  makeRoom(bytes: number): void {
    this.#limit = Math.min(this.#most, Math.max(this.#usual, bytes * 1.25));
  }

  /** The RGBA of a block, see `Raster.block`. `name` tells rasters apart. */
  block(name: string, raster: Raster, level: number, col: number, row: number): Promise<Uint8Array> {
    const key = `${name} ${level} ${col} ${row}`;
    const held = this.#blocks.get(key);
    if (held !== undefined) {
      this.#blocks.delete(key);
      this.#blocks.set(key, held);
      return held.pixels;
    }
    const { blockWidth, blockHeight } = raster.levels[level]!;
    const pixels = raster.block(level, col, row);
    const entry = { pixels, bytes: blockWidth * blockHeight * 4 };
    this.#blocks.set(key, entry);
    this.#bytes += entry.bytes;
    // What failed is not kept: the file may have been repaired.
    pixels.catch(() => this.#drop(key, entry));
    this.#shrink(key);
    return pixels;
  }

  #shrink(newest: string): void {
    for (const [key, entry] of this.#blocks) {
      if (this.#bytes <= this.#limit || key === newest) return;
      this.#drop(key, entry);
    }
  }

  #drop(key: string, entry: { bytes: number }): void {
    if (this.#blocks.get(key) !== entry) return;
    this.#blocks.delete(key);
    this.#bytes -= entry.bytes;
  }
}
