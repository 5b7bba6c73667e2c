/**
 * Writes areas of the place as GeoTIFF files.
 */
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants, deflateSync } from 'node:zlib';
import { CogWriter } from '@cairn/geo/cog';
import type { CogSink, Spool } from '@cairn/geo/cog';
import { referenceAt } from './georeference.ts';
import type { Area } from './plan.ts';
import type { Settlement } from './settlement.ts';
import { stripsOf } from './strips.ts';

/**
 * Compresses without a search for repetitions: noisy pixels have few, and zlib's search hashes differ between
 * processors, so that only this strategy gives the same bytes on every machine.
 */
function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, { level: 6, strategy: constants.Z_RLE });
}

/** Writes an area as one RGBA GeoTIFF; `report` is told the part that is done, from 0 to 1. */
export async function writeImagery(
  file: string,
  settlement: Settlement,
  area: Area,
  options: { overviews: boolean; missing?: Area; report?: (part: number) => void },
): Promise<void> {
  const spoolFile = `${file}.spool`;
  const handle = await open(file, 'w');
  const spool = options.overviews ? await open(spoolFile, 'w+') : undefined;
  try {
    const { width, height } = area;
    const writer = new CogWriter({
      width,
      height,
      bands: 4,
      bits: 8,
      alpha: true,
      reference: referenceAt(area.x, area.y),
      overviews: options.overviews,
      deflate,
      sink: sinkOf(handle),
      ...(spool === undefined ? {} : { spool: spoolOf(spool) }),
    });
    let rows = 0;
    for (const strip of stripsOf(settlement, area, options.missing)) {
      await writer.writeRows(strip);
      rows += strip.length / (width * 4);
      options.report?.(rows / height);
    }
    await writer.finish();
  } finally {
    await handle.close();
    await spool?.close();
    await rm(spoolFile, { force: true });
  }
}

function sinkOf(handle: FileHandle): CogSink {
  return { write: (position, bytes) => writeAll(handle, bytes, position) };
}

function spoolOf(handle: FileHandle): Spool {
  return {
    write: (position, bytes) => writeAll(handle, bytes, position),
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, position);
      if (bytesRead !== length) throw new Error(`The scratch file ends at ${position + bytesRead}: was it changed?`);
      return bytes;
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
