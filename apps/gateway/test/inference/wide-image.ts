import { open, type FileHandle } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { CogWriter } from '@cairn/geo/cog';
import { place } from '../imagery/geotiff.ts';
import { roofs } from './world.ts';

/** Pixels after which the picture repeats: no multiple of a tile, so that tiles differ. */
const period = { width: 1280, height: 1040 };

/**
 * Writes a square image of bright roofs on dark ground, row by row, so that it may be wider than memory.
 * @param side pixels of 0.3 m along its edge
 */
export async function writeWideImage(path: string, side: number): Promise<void> {
  const [file, spool] = [await open(path, 'w+'), await open(`${path}.spool`, 'w+')];
  try {
    const writer = new CogWriter({
      width: side,
      height: side,
      bands: 3,
      bits: 8,
      alpha: false,
      reference: place,
      deflate: (bytes) => deflateSync(bytes, { level: 1 }),
      sink: { write: (position, bytes) => put(file, position, bytes) },
      spool: {
        write: (position, bytes) => put(spool, position, bytes),
        read: async (position, length) => (await spool.read(new Uint8Array(length), 0, length, position)).buffer,
      },
    });
    const lit = litPeriod();
    for (let y = 0; y < side; y++) await writer.writeRows(rowOf(lit, y % period.height, side));
    await writer.finish();
  } finally {
    await Promise.all([file.close(), spool.close()]);
  }
}

function litPeriod(): Uint8Array {
  const lit = new Uint8Array(period.width * period.height);
  for (const [x0, y0, x1, y1] of roofs) {
    for (let y = y0; y < y1; y++) lit.fill(1, y * period.width + x0, y * period.width + x1);
  }
  return lit;
}

function rowOf(lit: Uint8Array, y: number, side: number): Uint8Array {
  const row = new Uint8Array(side * 3);
  const width = Math.min(side, period.width);
  for (let x = 0; x < width; x++) row.fill(lit[y * period.width + x] === 1 ? 208 : 48, x * 3, x * 3 + 3);
  for (let x = width; x < side; x += width) row.copyWithin(x * 3, 0, Math.min(width, side - x) * 3);
  return row;
}

async function put(file: FileHandle, position: number, bytes: Uint8Array): Promise<void> {
  await file.write(bytes, 0, bytes.length, position);
}
