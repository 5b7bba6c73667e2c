/**
 * A streaming writer of Cloud Optimized GeoTIFFs.
 *
 * Rows go in from the top, any number at a time. Each level keeps one row of tiles and at most one odd row of pixels,
 * so memory grows with the raster's width and not with its height, if the spool is a file. The bytes depend on the
 * pixels, the options and `deflate`, and on nothing else.
 */
import { checkGeoreference } from './georeference.ts';
import type { Georeference } from './georeference.ts';
import { halveRows } from './halve.ts';
import type { Samples } from './halve.ts';
import { encodeHead, headLength } from './ifd.ts';
import type { HeadOptions, TileIndex } from './ifd.ts';
import { checkProfile, levelsOf } from './layout.ts';
import type { Level, RasterProfile } from './layout.ts';
import { predict } from './predictor.ts';
import { MemorySpool } from './spool.ts';
import type { Spool } from './spool.ts';

/** Compresses bytes into a zlib stream (RFC 1950), as TIFF's compression 8 wants it. */
export type Deflate = (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** Takes the file's bytes, from position 0 on and in ascending order. */
export interface CogSink {
  write(position: number, bytes: Uint8Array): Promise<void> | void;
}

export interface CogOptions extends RasterProfile {
  reference?: Georeference;
  /** Width and height of a tile in pixels; 512 unless told. */
  tile?: number;
  /** False leaves the overviews out; true unless told. */
  overviews?: boolean;
  /** True writes a BigTIFF whatever the size; else one is written when the file passes 4 GB. */
  bigTiff?: boolean;
  deflate: Deflate;
  sink: CogSink;
  /** Scratch space for about as many bytes as the file has; memory unless told. */
  spool?: Spool;
}

export class CogWriter {
  readonly #profile: RasterProfile;
  readonly #head: Omit<HeadOptions, 'big'>;
  readonly #bigTiff: boolean;
  readonly #tile: number;
  readonly #deflate: Deflate;
  readonly #sink: CogSink;
  readonly #spool: Spool;
  readonly #pyramid: LevelBuffer[];
  #spooled = 0;
  #finished = false;

  /**
   * @throws RangeError if the options describe no raster that can be written
   */
  constructor(options: CogOptions) {
    const { width, height, bands, bits, alpha, reference, tile = 512, overviews = true, deflate, sink } = options;
    this.#profile = { width, height, bands, bits, alpha };
    checkProfile(this.#profile, tile);
    if (reference !== undefined) checkGeoreference(reference);
    const levels = levelsOf(width, height, tile, overviews);
    this.#head = { profile: this.#profile, levels, tile, reference };
    this.#bigTiff = options.bigTiff ?? false;
    this.#tile = tile;
    this.#deflate = deflate;
    this.#sink = sink;
    this.#spool = options.spool ?? new MemorySpool();
    this.#pyramid = levels.map((level) => new LevelBuffer(level, this.#profile, tile));
  }

  /**
   * Adds whole rows, pixel interleaved, from the top down.
   *
   * @throws RangeError if the samples are not whole rows, of the wrong type, or beyond the raster's height
   */
  async writeRows(samples: Samples): Promise<void> {
    const { width, height, bands, bits } = this.#profile;
    if (this.#finished) throw new RangeError('The raster is finished: no rows can be added.');
    if (samples instanceof Uint16Array !== (bits === 16)) {
      throw new RangeError(
        `The raster has ${bits} bits a sample: give a ${bits === 8 ? 'Uint8Array' : 'Uint16Array'}.`,
      );
    }
    const row = width * bands;
    if (samples.length % row !== 0) {
      throw new RangeError(`${samples.length} samples are not whole rows of ${row} (${width} px of ${bands} bands).`);
    }
    const written = this.#pyramid[0]!.rowsIn;
    if (written + samples.length / row > height) {
      throw new RangeError(`The raster has ${height} rows: ${written} are written, ${samples.length / row} more came.`);
    }
    for (let start = 0; start < samples.length; start += row) await this.#feed(0, samples.subarray(start, start + row));
  }

  /**
   * Writes the file to the sink and answers its length in bytes.
   *
   * @throws RangeError if rows are missing
   */
  async finish(): Promise<number> {
    const { height } = this.#profile;
    const written = this.#pyramid[0]!.rowsIn;
    if (written !== height) throw new RangeError(`The raster has ${height} rows, but only ${written} were written.`);
    if (this.#finished) throw new RangeError('The raster is finished: it cannot be finished again.');
    this.#finished = true;
    const classic = headLength({ ...this.#head, big: false }) + this.#spooled;
    const head = { ...this.#head, big: this.#bigTiff || classic > 0xffff_ffff };
    let position = headLength(head);
    const indexes = this.#pyramid.map(({ spooled }) => ({ offsets: [] as number[], lengths: spooled.lengths }));
    for (let n = indexes.length - 1; n >= 0; n--) {
      for (const length of indexes[n]!.lengths) {
        indexes[n]!.offsets.push(position);
        position += length;
      }
    }
    await this.#sink.write(0, encodeHead(head, indexes));
    for (let n = indexes.length - 1; n >= 0; n--) await this.#copy(this.#pyramid[n]!.spooled, indexes[n]!.offsets);
    return position;
  }

  /** Copies a level's tiles from the spool to their places. */
  async #copy(spooled: TileIndex, places: readonly number[]): Promise<void> {
    for (const [t, place] of places.entries()) {
      await this.#sink.write(place, await this.#spool.read(spooled.offsets[t]!, spooled.lengths[t]!));
    }
  }

  /** Gives a row to a level, and what follows from it to the tiles and to the next level. */
  async #feed(n: number, row: Samples): Promise<void> {
    const level = this.#pyramid[n]!;
    const halved = level.add(row, this.#pyramid[n + 1] !== undefined);
    if (level.tileRowIsFull) await this.#flush(level);
    if (halved !== undefined) await this.#feed(n + 1, halved);
  }

  async #flush(level: LevelBuffer): Promise<void> {
    for (let column = 0; column < level.columns; column++) {
      const raw = predict(level.cut(column), this.#tile, this.#profile.bands, this.#profile.bits);
      const bytes = await this.#deflate(raw);
      await this.#spool.write(this.#spooled, bytes);
      level.spooled.offsets.push(this.#spooled);
      level.spooled.lengths.push(bytes.length);
      this.#spooled += bytes.length;
    }
    level.startTileRow();
  }
}

/** A level while it is written: the row of tiles being filled, and the upper row of a pair for the next level. */
class LevelBuffer {
  readonly columns: number;
  /** Where each tile lies in the spool. */
  readonly spooled: TileIndex & { offsets: number[]; lengths: number[] } = { offsets: [], lengths: [] };
  rowsIn = 0;
  readonly #level: Level;
  readonly #profile: RasterProfile;
  readonly #tile: number;
  readonly #strip: Samples;
  readonly #upper: Samples;
  #hasUpper = false;
  #rowsInStrip = 0;

  constructor(level: Level, profile: RasterProfile, tile: number) {
    this.columns = level.columns;
    this.#level = level;
    this.#profile = profile;
    this.#tile = tile;
    this.#strip = allocate(profile, level.width * Math.min(tile, level.height));
    this.#upper = allocate(profile, level.width);
  }

  get tileRowIsFull(): boolean {
    return this.#rowsInStrip === this.#tile || this.rowsIn === this.#level.height;
  }

  /** Takes a row; answers the next level's row when this one completes a pair, or is the last without a partner. */
  add(row: Samples, halving: boolean): Samples | undefined {
    this.#strip.set(row, this.#rowsInStrip * row.length);
    this.#rowsInStrip++;
    this.rowsIn++;
    if (!halving) return undefined;
    if (!this.#hasUpper && this.rowsIn < this.#level.height) {
      this.#upper.set(row);
      this.#hasUpper = true;
      return undefined;
    }
    const halved = allocate(this.#profile, (this.#level.width + 1) >> 1);
    if (this.#hasUpper) halveRows(this.#profile, this.#level.width, this.#upper, row, halved);
    else halveRows(this.#profile, this.#level.width, row, undefined, halved);
    this.#hasUpper = false;
    return halved;
  }

  /** A whole tile of the row being filled; what lies beyond the raster repeats its last pixel and row. */
  cut(column: number): Samples {
    const { bands } = this.#profile;
    const { width } = this.#level;
    const tile = allocate(this.#profile, this.#tile * this.#tile);
    const first = column * this.#tile;
    const inside = Math.min(this.#tile, width - first);
    for (let y = 0; y < this.#tile; y++) {
      const source = (Math.min(y, this.#rowsInStrip - 1) * width + first) * bands;
      const target = y * this.#tile * bands;
      tile.set(this.#strip.subarray(source, source + inside * bands), target);
      for (let at = target + inside * bands; at < target + this.#tile * bands; at++) tile[at] = tile[at - bands]!;
    }
    return tile;
  }

  startTileRow(): void {
    this.#rowsInStrip = 0;
  }
}

function allocate({ bits, bands }: RasterProfile, pixels: number): Samples {
  return bits === 8 ? new Uint8Array(pixels * bands) : new Uint16Array(pixels * bands);
}
