import { corrupt, unsupported } from '../fault.ts';
import type { ByteSource } from './byte-source.ts';

/** Bytes of one value of each TIFF field type (TIFF 6.0, BigTIFF); unknown types are skipped by readers. */
const typeSize: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** More directories than this are no image with its overviews and masks. */
const mostDirectories = 64;

/** The offsets and numbers of a directory as the file's flavour writes them. */
interface Flavour {
  little: boolean;
  big: boolean;
}

/**
 * Walks the directories of a TIFF before anything trusts them: every one lies inside the file, none comes twice, and no
 * field claims more bytes than the file has. What reads the file afterwards cannot be sent in circles or be made to
 * allocate what is not there.
 * @returns the number of directories.
 * @throws CairnError `imagery-corrupt`, `imagery-unsupported` where it is no TIFF at all.
 */
export async function checkStructure(file: ByteSource): Promise<number> {
  const { size } = file;
  const head = await bytesAt(file, 0, Math.min(16, size));
  const mark = size < 8 ? '' : String.fromCharCode(head.getUint8(0), head.getUint8(1));
  const little = mark === 'II';
  const version = size < 8 ? 0 : head.getUint16(2, little);
  if (!(little || mark === 'MM') || (version !== 42 && version !== 43)) {
    throw unsupported('is no TIFF', 'header', 'Convert it: gdal_translate -of COG INPUT OUTPUT.tif');
  }
  const flavour = { little, big: version === 43 };
  if (flavour.big && (size < 16 || head.getUint16(4, little) !== 8)) throw corrupt('its header is cut off', 'header');
  let at = flavour.big ? Number(head.getBigUint64(8, little)) : head.getUint32(4, little);
  const seen = new Set<number>();
  while (at !== 0) {
    if (seen.has(at)) throw corrupt('its directories run in a circle', `directory ${seen.size}`);
    if (seen.size === mostDirectories) throw corrupt(`it has more than ${mostDirectories} directories`, 'directories');
    seen.add(at);
    at = await checkDirectory(file, at, flavour, `directory ${seen.size - 1}`);
  }
  if (seen.size === 0) throw corrupt('it has no directory', 'header');
  return seen.size;
}

/** Checks one directory and answers where the next one is; 0 is the end. */
async function checkDirectory(file: ByteSource, at: number, { little, big }: Flavour, where: string): Promise<number> {
  const countBytes = big ? 8 : 2;
  const head = await bytesAt(file, at, countBytes, where);
  const entries = big ? Number(head.getBigUint64(0, little)) : head.getUint16(0, little);
  const entryBytes = big ? 20 : 12;
  if (entries === 0 || entries > 4096) throw corrupt(`a directory has ${entries} fields`, where);
  const body = await bytesAt(file, at + countBytes, entries * entryBytes + (big ? 8 : 4), where);
  for (let i = 0; i < entries; i++) {
    const entry = i * entryBytes;
    const bytes = typeSize[body.getUint16(entry + 2, little)] ?? 0;
    const count = big ? Number(body.getBigUint64(entry + 4, little)) : body.getUint32(entry + 4, little);
    const length = bytes * count;
    if (length <= (big ? 8 : 4)) continue;
    const offset = big ? Number(body.getBigUint64(entry + 12, little)) : body.getUint32(entry + 8, little);
    if (offset + length > file.size) {
      throw corrupt(`field ${body.getUint16(entry, little)} lies behind the end of the file`, where);
    }
  }
  const end = entries * entryBytes;
  return big ? Number(body.getBigUint64(end, little)) : body.getUint32(end, little);
}

async function bytesAt(file: ByteSource, position: number, length: number, where = 'header'): Promise<DataView> {
  if (!Number.isSafeInteger(position) || position + length > file.size) {
    throw corrupt('it ends too early', where);
  }
  const bytes = await file.read(position, length);
  if (bytes.byteLength !== length) throw corrupt('it ends too early', where);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}
