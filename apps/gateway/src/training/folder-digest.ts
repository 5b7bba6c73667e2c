import type { Digest } from '@cairn/contracts';
import { digestFromHex, type FileDigest, filesetDigest } from '@cairn/receipt';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The file set digest of everything below a folder, computed from its bytes. */
export async function folderDigest(folder: string): Promise<Digest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: FileDigest[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files.push({ path: relative(folder, path).split(sep).join('/'), digest: digestFromHex(hash.digest('hex')) });
  }
  return filesetDigest(files);
}
