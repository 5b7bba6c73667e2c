/**
 * Where everything in a Cloud Optimized GeoTIFF lies: its levels, their tiles, and the IFDs at the head of the file.
 */

/** Bits a sample. */
export type BitDepth = 8 | 16;

/** What a raster is, apart from its pixels. */
export interface RasterProfile {
  width: number;
  height: number;
  /** Samples a pixel, 1 to 4, alpha included. */
  bands: number;
  bits: BitDepth;
  /** True if the last band is unassociated alpha (ExtraSamples 2). */
  alpha: boolean;
}

/** One resolution: the full one is level 0, each next one half of it (rounded up). */
export interface Level {
  width: number;
  height: number;
  columns: number;
  rows: number;
}

/** The levels of a raster, from full resolution down to the first that fits into one tile. */
export function levelsOf(width: number, height: number, tile: number, overviews: boolean): Level[] {
  const levels: Level[] = [];
  for (let w = width, h = height; ; w = (w + 1) >> 1, h = (h + 1) >> 1) {
    levels.push({ width: w, height: h, columns: Math.ceil(w / tile), rows: Math.ceil(h / tile) });
    if (!overviews || (w <= tile && h <= tile)) return levels;
  }
}

/**
 * Throws RangeError if a raster of this profile cannot be written.
 *
 * @param tile width and height of a tile in pixels: a multiple of 16, from 16 to 4096
 */
export function checkProfile(profile: RasterProfile, tile: number): void {
  const { width, height, bands, bits, alpha } = profile;
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fff_ffff) {
      throw new RangeError(`The raster's ${name} is ${value}: give a whole number of pixels, at least 1.`);
    }
  }
  if (!Number.isInteger(bands) || bands < 1 || bands > 4) {
    throw new RangeError(`The raster has ${bands} bands: 1 to 4 can be written.`);
  }
  if (![8, 16].includes(bits)) throw new RangeError(`The raster has ${bits} bits a sample: give 8 or 16.`);
  if (alpha && bands !== 2 && bands !== 4) {
    throw new RangeError(`A raster of ${bands} bands cannot end in alpha: give 2 (grey) or 4 (colour) bands.`);
  }
  if (!Number.isInteger(tile) || tile < 16 || tile > 4096 || tile % 16 !== 0) {
    throw new RangeError(`Tiles of ${tile} px cannot be written: give a multiple of 16 from 16 to 4096.`);
  }
}
