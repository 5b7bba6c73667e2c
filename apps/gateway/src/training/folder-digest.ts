import type { Digest } from '@cairn/contracts';
import { digestFromHex, type FileDigest, filesetDigest } from '@cairn/receipt';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { together } from '../storage/together.ts';

/** The file set digest of everything below a folder, computed from its bytes. */
export async function folderDigest(folder: string): Promise<Digest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const files = await together(paths, async (path): Promise<FileDigest> => {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return { path: relative(folder, path).split(sep).join('/'), digest: digestFromHex(hash.digest('hex')) };
  });
  return filesetDigest(files);
}
