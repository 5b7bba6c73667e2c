import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';

/**
 * A file or folder as Argo's archive: a gzipped tar with one entry at its top, whatever its name. Images are compressed
 * already, so little is spent on it.
 */
export function packed(path: string): AsyncIterable<Uint8Array> {
  return create({ cwd: dirname(path), gzip: { level: 1 }, portable: true }, [`./${basename(path)}`]);
}

/** Lays the file or folder of an archive at a path, in the place of what is there. Only files and folders are taken. */
export async function unpack(archive: Readable, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = await mkdtemp(`${path}-`);
  try {
    const filter = (_: string, entry: unknown): boolean => kinds.has((entry as { type: string }).type);
    await pipeline(archive, extract({ cwd: beside, filter }));
    const [name, ...others] = await readdir(beside);
    await rm(path, { recursive: true, force: true });
    // An archive of several entries holds what is in a folder.
    await rename(name === undefined || others.length > 0 ? beside : join(beside, name), path);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

const kinds = new Set(['File', 'OldFile', 'Directory']);
