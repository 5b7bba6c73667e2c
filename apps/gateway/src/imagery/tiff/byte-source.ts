import type { FileHandle } from 'node:fs/promises';
import type GeoTIFF from 'geotiff';

/** Bytes that are read in pieces, wherever they lie. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes than wanted only where the source ends. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** The bytes of an open file. */
export async function fileBytes(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat();
  return {
    size,
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      return bytes.subarray(0, bytesRead);
    },
  };
}

/** A source of bytes as the TIFF reader asks it; behind its end there are zeros. */
export function tiffSource(bytes: ByteSource): Parameters<typeof GeoTIFF.fromSource>[0] {
  const read = async (offset: number, length: number): Promise<ArrayBuffer> => {
    const whole = new Uint8Array(length);
    whole.set(await bytes.read(offset, length));
    return whole.buffer;
  };
  // The class that it is to be an instance of is not exported.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  return {
    fileSize: bytes.size,
    fetch: (slices) => Promise.all(slices.map(({ offset, length }) => read(offset, length))),
    fetchSlice: async ({ offset, length }) => ({ offset, length, data: await read(offset, length) }),
    close: () => Promise.resolve(),
  };
}
