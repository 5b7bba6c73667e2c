import { fromArrayBuffer } from 'geotiff';
import type { GeoTIFF } from 'geotiff';
import { deflateSync } from 'node:zlib';
import { CogWriter } from '../src/cog/index.ts';
import type { CogOptions, Samples } from '../src/cog/index.ts';

/** Writes a raster to memory, fed in pieces of the given numbers of rows (the last one repeats). */
export async function writeCog(
  options: Omit<CogOptions, 'sink' | 'deflate'>,
  pixels: Samples,
  pieces: readonly number[] = [options.height],
): Promise<Uint8Array<ArrayBuffer>> {
  const written: [number, Uint8Array][] = [];
  const writer = new CogWriter({
    ...options,
    deflate: (bytes) => deflateSync(bytes),
    sink: { write: (position, bytes) => void written.push([position, bytes]) },
  });
  const row = options.width * options.bands;
  for (let n = 0, at = 0; at < pixels.length; n++) {
    const end = Math.min(pixels.length, at + row * pieces[Math.min(n, pieces.length - 1)]!);
    await writer.writeRows(pixels.subarray(at, end));
    at = end;
  }
  const file = new Uint8Array(await writer.finish());
  for (const [position, bytes] of written) file.set(bytes, position);
  return file;
}

/** Opens written bytes with an independent reader. */
export function readTiff(file: Uint8Array<ArrayBuffer>): Promise<GeoTIFF> {
  return fromArrayBuffer(file.buffer);
}

/** All samples of one level, pixel interleaved, as an independent reader sees them. */
export async function levelPixels(tiff: GeoTIFF, level: number): Promise<number[]> {
  const image = await tiff.getImage(level);
  return Array.from(await image.readRasters({ interleave: true }));
}
