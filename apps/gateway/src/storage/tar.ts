import type { FileSet } from '@cairn/contracts';
import type { ObjectStore } from './objects.ts';

const blockSize = 512;
const longestName = 100;

/**
 * A folder as one tar archive (POSIX pax) that depends on nothing but its files: sorted by path, without times, owners and
 * folders. The same files give the same bytes, on any machine and at any time.
 * @throws CairnError `not-found` for bytes that are not held.
 */
export async function* tarOf(files: FileSet, objects: ObjectStore): AsyncGenerator<Uint8Array> {
  for (const { path, digest, mode } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const size = await objects.size(digest);
    if (!isPlain(path)) yield* paxPath(path);
    yield header({ name: shortened(path), size, mode: mode === '100755' ? 0o755 : 0o644, type: '0' });
    yield* (await objects.read(digest)) as AsyncIterable<Uint8Array>;
    yield padding(size);
  }
  yield new Uint8Array(2 * blockSize);
}

function isPlain(path: string): boolean {
  return path.length <= longestName && /^[\x20-\x7e]*$/.test(path);
}

/** What a reader that knows no pax headers shows in place of a long name. */
function shortened(path: string): string {
  return isPlain(path) ? path : path.replace(/[^\x20-\x7e]/g, '_').slice(-longestName);
}

/** A pax header that gives the next entry its whole name. */
function* paxPath(path: string): Generator<Uint8Array> {
  const rest = ` path=${path}\n`;
  // The number in front counts its own digits too.
  let length = Buffer.byteLength(rest);
  while (Buffer.byteLength(`${length}${rest}`) !== length) length = Buffer.byteLength(`${length}${rest}`);
  const record = Buffer.from(`${length}${rest}`);
  yield header({ name: 'PaxHeader', size: record.length, mode: 0o644, type: 'x' });
  yield record;
  yield padding(record.length);
}

function header(entry: { name: string; size: number; mode: number; type: '0' | 'x' }): Uint8Array {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  block.write(entry.name, 0, 'latin1');
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.size, 124, 12);
  octal(0, 136, 12);
  // The checksum is taken with blanks in its own place.
  block.fill(0x20, 148, 156);
  block.write(entry.type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padding(size: number): Uint8Array {
  return new Uint8Array((blockSize - (size % blockSize)) % blockSize);
}
