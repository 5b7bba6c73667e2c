import { open } from 'node:fs/promises';
import { CairnError } from '@cairn/contracts';
import type { Box } from '@cairn/geo';
import GeoTIFF, { fromFile, type GeoTIFFImage } from 'geotiff';
import { corrupt } from '../fault.ts';
import { georeferenceOf, type ImageryReference } from '../georeference.ts';
import { bandsOf, type Bands } from './bands.ts';
import { fileBytes, tiffSource, type ByteSource } from './byte-source.ts';
import { blocksOf, levelOf, rangesOf, type ByteRange, type Level, type LevelParts } from './level.ts';
import { Stretch } from './stretch.ts';
import { checkStructure } from './structure.ts';
import { toRgba } from './rgba.ts';

/** A GeoTIFF whose blocks are read as RGBA, whatever its bands; alpha is 0 where it has no data, else 255. */
export class Raster {
  readonly #tiff: GeoTIFF;
  readonly #levels: LevelParts[];
  readonly #stretch: Stretch | undefined;
  readonly bands: Bands;
  readonly reference: ImageryReference;

  private constructor(tiff: GeoTIFF, levels: LevelParts[], bands: Bands, reference: ImageryReference) {
    this.#tiff = tiff;
    this.#levels = levels;
    this.bands = bands;
    this.reference = reference;
    if (bands.bits === 16) this.#stretch = new Stretch(bands);
  }

  /**
   * Opens a file.
   * @throws CairnError `imagery-corrupt`, `imagery-unsupported`, `imagery-no-georeference`
   */
  static async open(path: string): Promise<Raster> {
    const file = await open(path);
    let directories: number;
    try {
      directories = await checkStructure(await fileBytes(file));
    } finally {
      await file.close();
    }
    return Raster.#opened(await guard(fromFile(path), 'header'), directories);
  }

  /**
   * Opens what is no file of this machine.
   * @throws CairnError as `open`, and what reading the source throws.
   */
  static async openBytes(bytes: ByteSource): Promise<Raster> {
    const directories = await checkStructure(bytes);
    return Raster.#opened(await guard(GeoTIFF.fromSource(tiffSource(bytes)), 'header'), directories);
  }

  static async #opened(tiff: GeoTIFF, directories: number): Promise<Raster> {
    try {
      return await guard(Raster.#read(tiff, directories), 'directories');
    } catch (error) {
      await tiff.close();
      throw error;
    }
  }

  static async #read(tiff: GeoTIFF, directories: number): Promise<Raster> {
    const images: GeoTIFFImage[] = [];
    for (let i = 0; i < directories; i++) images.push(await tiff.getImage(i));
    const [main] = images as [GeoTIFFImage];
    const bands = bandsOf(main);
    const reference = georeferenceOf(main);
    const levels: LevelParts[] = [];
    const masks: LevelParts[] = [];
    for (const image of images) {
      const kind = image.fileDirectory.getValue('NewSubfileType') ?? 0;
      if ((kind & 4) !== 0 && image.getSamplesPerPixel() === 1) masks.push(await levelOf(image));
      else if (image === main || ((kind & 1) !== 0 && sameBands(image, main))) levels.push(await levelOf(image));
    }
    levels.sort((a, b) => b.width - a.width);
    for (const level of levels) {
      const mask = masks.find(({ width, height }) => width === level.width && height === level.height);
      if (mask !== undefined && bands.alpha === -1) level.mask = mask;
    }
    return new Raster(tiff, levels, bands, reference);
  }

  /** The resolutions, the full one first. */
  get levels(): readonly Level[] {
    return this.#levels;
  }

  /**
   * One block as RGBA, row by row. It is of the level's block size; the part beyond the image's edge is without data.
   * @throws CairnError `imagery-corrupt` with the block's place.
   */
  async block(level: number, col: number, row: number): Promise<Uint8Array> {
    const parts = this.#levels[level]!;
    const where = `level ${level}, block ${col}, ${row}`;
    const samples = await this.#samples(parts, col, row, where);
    const mask = parts.mask === undefined ? undefined : await this.#mask(parts.mask, parts, col, row, where);
    const range = await this.#stretch?.range(this.#levels, (found, c, r) => this.#samples(found, c, r, where));
    const inside = {
      width: Math.min(parts.blockWidth, parts.width - col * parts.blockWidth),
      height: Math.min(parts.blockHeight, parts.height - row * parts.blockHeight),
    };
    return toRgba(samples, parts, inside, this.bands, mask, range);
  }

  /**
   * Where in the file the blocks lie that a box of the full resolution needs, its mask's among them.
   * @param box in pixels, within the image
   */
  async blockRanges(box: Box): Promise<ByteRange[]> {
    const [full] = this.#levels as [LevelParts];
    const ranges = await rangesOf(full, blocksOf(full, box));
    if (full.mask !== undefined) ranges.push(...(await rangesOf(full.mask, blocksOf(full.mask, box))));
    if (this.#stretch === undefined) return ranges;
    // Of 16 bits, black and white are those of the whole image.
    const { level, places } = this.#stretch.sampled(this.#levels);
    return [...ranges, ...(await rangesOf(level, places))];
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#tiff.close();
  }

  /** The samples of a block, interleaved whatever the file's arrangement. */
  async #samples(level: LevelParts, col: number, row: number, where: string): Promise<Uint8Array | Uint16Array> {
    const { image, decoder } = level;
    const { samples, bits } = this.bands;
    const pixels = level.blockWidth * Math.min(level.blockHeight, image.getBlockHeight(row));
    const read = async (sample: number, count: number): Promise<Uint8Array | Uint16Array> => {
      const { data } = await guard(image.getTileOrStrip(col, row, sample, decoder), where);
      if (data.byteLength < (pixels * count * bits) / 8) throw corrupt('a block is shorter than its pixels', where);
      return bits === 8 ? new Uint8Array(data) : toUint16(data, image.littleEndian);
    };
    if (image.planarConfiguration === 1) return read(0, samples);
    const planes = await Promise.all(Array.from({ length: samples }, (_, sample) => read(sample, 1)));
    const out = bits === 8 ? new Uint8Array(pixels * samples) : new Uint16Array(pixels * samples);
    planes.forEach((plane, sample) => {
      for (let i = 0, to = sample; i < pixels; i++, to += samples) out[to] = plane[i]!;
    });
    return out;
  }

  /** The mask over a block, a byte a pixel, for which the mask's blocks may have to be pieced together. */
  async #mask(mask: LevelParts, level: LevelParts, col: number, row: number, where: string): Promise<Uint8Array> {
    const [width, height] = [level.blockWidth, level.blockHeight];
    const out = new Uint8Array(width * height);
    const [left, top] = [col * width, row * height];
    const right = Math.min(left + width, level.width);
    const bottom = Math.min(top + height, level.height);
    for (let r = Math.floor(top / mask.blockHeight); r * mask.blockHeight < bottom; r++) {
      for (let c = Math.floor(left / mask.blockWidth); c * mask.blockWidth < right; c++) {
        const { data } = await guard(mask.image.getTileOrStrip(c, r, 0, mask.decoder), `${where}, mask`);
        const bytes = new Uint8Array(data);
        const x0 = Math.max(left, c * mask.blockWidth);
        const x1 = Math.min(right, (c + 1) * mask.blockWidth);
        for (let y = Math.max(top, r * mask.blockHeight); y < Math.min(bottom, (r + 1) * mask.blockHeight); y++) {
          const from = (y - r * mask.blockHeight) * mask.blockWidth - c * mask.blockWidth;
          out.set(bytes.subarray(from + x0, from + x1), (y - top) * width + x0 - left);
        }
      }
    }
    return out;
  }
}

function sameBands(a: GeoTIFFImage, b: GeoTIFFImage): boolean {
  return a.getSamplesPerPixel() === b.getSamplesPerPixel() && a.getBitsPerSample() === b.getBitsPerSample();
}

function toUint16(data: ArrayBufferLike, little: boolean): Uint16Array {
  const values = new Uint16Array(data, 0, data.byteLength >> 1);
  if (little) return values;
  const view = new DataView(data);
  return values.map((_, i) => view.getUint16(i * 2));
}

/** Whatever a reader throws at broken bytes becomes one error with a place. */
async function guard<T>(work: Promise<T>, where: string): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof CairnError) throw cause;
    throw corrupt((cause as Error).message.replace(/\.$/, ''), where, cause);
  }
}
