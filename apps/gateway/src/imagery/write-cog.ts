import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { CogWriter, type Georeference, type Spool } from '@cairn/geo/cog';
import { diskFull } from './fault.ts';

const deflated = promisify(deflate);

/**
 * Writes RGBA pixels as a Cloud Optimized GeoTIFF. The same pixels give the same bytes.
 * @param place where the image lies, and its size in pixels
 * @param rows RGBA of whole rows from the north, any number at a time
 * @param target the file to write; `target` with `.spool` is used meanwhile.
 * @throws CairnError `disk-full`; what `rows` throws
 */
export async function writeCog(
  { width, height, ...reference }: Georeference & { width: number; height: number },
  rows: AsyncIterable<Uint8Array>,
  target: string,
): Promise<void> {
  const file = await open(target, 'w');
  const spool = await open(`${target}.spool`, 'w+');
  try {
    const writer = new CogWriter({
      width,
      height,
      bands: 4,
      bits: 8,
      alpha: true,
      reference,
      deflate: (bytes) => deflated(bytes, { level: 6 }),
      sink: { write: (position, bytes) => writeAt(file, position, bytes) },
      spool: fileSpool(spool),
    });
    for await (const some of rows) await writer.writeRows(some);
    await writer.finish();
    await file.sync();
  } catch (error) {
    throw diskFull(target, error);
  } finally {
    await file.close();
    await spool.close();
  }
}

function fileSpool(file: FileHandle): Spool {
  return {
    write: (position, bytes) => writeAt(file, position, bytes),
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      if (bytesRead !== length) throw new Error(`The spool of the mosaic ends at ${position + bytesRead}.`);
      return bytes;
    },
  };
}

async function writeAt(file: FileHandle, position: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
