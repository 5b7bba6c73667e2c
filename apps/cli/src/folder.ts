import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { CairnError, type CairnClient, type FileEntry, type FileSet } from '@cairn/contracts';

/** Every regular file below a folder, sorted by code points; hidden files and folders are passed over. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new CairnError('not-found', `There is no folder ${folder}.`, {
      where: folder,
      action: 'Give the path of a folder that exists.',
      cause,
    });
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** SHA-256 of a file, streamed. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Brings files of a folder to the gateway; what it holds already is not sent again.
 * @param paths relative to `folder`, with forward slashes
 */
export async function uploadFiles(
  client: CairnClient,
  folder: string,
  paths: readonly string[],
  onProgress: (words: string) => void,
  modes: ReadonlyMap<string, '100644' | '100755'> = new Map(),
): Promise<FileSet> {
  const files: FileEntry[] = [];
  let sent = 0;
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < paths.length) {
      const at = next++;
      const path = paths[at]!;
      files[at] = await uploadFile(client, join(folder, path), path, modes.get(path));
      onProgress(`sending files: ${++sent} of ${paths.length}`);
    }
  };
  await Promise.all(Array.from({ length: together }, send));
  return files;
}

/** Files that are sent at the same time: the gateway waits for the disk after each of them. */
const together = 8;

/** Brings one file to the gateway under a name. */
export async function uploadFile(
  client: CairnClient,
  file: string,
  path: string,
  mode?: '100644' | '100755',
): Promise<FileEntry> {
  await stat(file).catch((cause: unknown) => {
    throw new CairnError('not-found', `There is no file ${file}.`, {
      where: file,
      action: 'Give the path of a file that exists.',
      cause,
    });
  });
  const digest = await digestFile(file);
  if (!(await client.hasUpload(digest))) {
    const uploaded = await client.upload(Readable.toWeb(createReadStream(file)) as ReadableStream);
    if (uploaded.digest !== digest) {
      throw new CairnError('digest-mismatch', `${file} changed while it was sent.`, {
        where: file,
        action: 'Wait until nothing writes to it and try again.',
      });
    }
  }
  return { path, digest, ...(mode === undefined ? {} : { mode }) };
}
