import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CairnError } from '@cairn/contracts';

/**
 * Writes a file as its bytes come: whole, or not at all.
 * @throws what the source throws; CairnError `disk-full`, `not-found` where the file cannot be written
 */
export async function save(out: string, source: AsyncIterable<Uint8Array | string>): Promise<void> {
  const part = `${out}.part`;
  try {
    await pipeline(source, createWriteStream(part));
    await rename(part, out);
  } catch (cause) {
    await rm(part, { force: true });
    if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) throw cause;
    const full = cause.code === 'ENOSPC';
    throw new CairnError(full ? 'disk-full' : 'not-found', `${out} cannot be written: ${cause.message}.`, {
      where: resolve(out),
      action: full
        ? 'Free some space and run the command again; what was asked for is stored.'
        : 'Give a path that can be written with --out.',
      cause,
    });
  }
}
