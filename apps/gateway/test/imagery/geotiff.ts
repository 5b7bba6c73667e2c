import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { CogWriter } from '@cairn/geo/cog';

/** Path of a GeoTIFF that fixture/geotiffs.py wrote. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixture/${name}.tif`, import.meta.url));
}

/** What the fixtures show at a pixel: a ramp with a bright square. */
export function rampColour(x: number, y: number): [number, number, number] {
  const grey = x >= 16 && x < 32 && y >= 8 && y < 24 ? 240 : (x * 4 + y) & 255;
  return [grey, grey >> 1, 255 - grey];
}

/** Where the masked fixtures have data. */
export function rampHasData(x: number, y: number): boolean {
  return x + y >= 20;
}

/** The place of an image that a test makes: 0.3 m in UTM zone 45 north. */
export const place = { epsg: 32645, west: 400_000, north: 3_000_000, pixelWidth: 0.3, pixelHeight: 0.3 };

/** A picture as a function of the pixel. */
export type Picture = (x: number, y: number) => readonly [r: number, g: number, b: number, a: number];

/** The bytes of a COG of a picture. */
export async function cogOf(
  width: number,
  height: number,
  picture: Picture,
  options: { tile?: number; reference?: typeof place & { geographic?: boolean }; overviews?: boolean } = {},
): Promise<Uint8Array> {
  const pieces: { position: number; bytes: Uint8Array }[] = [];
  const writer = new CogWriter({
    width,
    height,
    bands: 4,
    bits: 8,
    alpha: true,
    tile: options.tile ?? 64,
    overviews: options.overviews ?? true,
    reference: options.reference ?? place,
    deflate: (bytes) => deflateSync(bytes, { level: 1 }),
    sink: { write: (position, bytes) => void pieces.push({ position, bytes }) },
  });
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(width * 4);
    for (let x = 0; x < width; x++) row.set(picture(x, y), x * 4);
    await writer.writeRows(row);
  }
  const file = new Uint8Array(await writer.finish());
  for (const { position, bytes } of pieces) file.set(bytes, position);
  return file;
}

/** A picture of noise, so that a pixel out of place shows; without data in a corner. */
export function noise(x: number, y: number): [number, number, number, number] {
  if (x + y < 30) return [0, 0, 0, 0];
  const value = Math.imul(Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663), 2_654_435_761) >>> 8;
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, 255];
}
