import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
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

/**
 * Brings files of a folder to the gateway; what it holds already is not sent again.
 * @param paths relative to `folder`, with forward slashes
 * @throws CairnError `not-found`, `digest-mismatch` for a file that changes meanwhile.
 */
export async function uploadFiles(
  client: CairnClient,
  folder: string,
  paths: readonly string[],
  onProgress: (words: string) => void,
  modes: ReadonlyMap<string, '100644' | '100755'> = new Map(),
): Promise<FileSet> {
  let read = 0;
  const files = await together(paths, async (path): Promise<FileEntry> => {
    const digest = await digestFile(join(folder, path));
    if (++read % 100 === 0) onProgress(`reading files: ${read} of ${paths.length}`);
    const mode = modes.get(path);
    return { path, digest, ...(mode === undefined ? {} : { mode }) };
  });
  const missing = await client.missingUploads(files.map(({ digest }) => digest));
  // Of files that are the same, one is sent.
  const wanted = files.filter(({ digest }) => missing.delete(digest));
  let sent = 0;
  await together(wanted, async ({ path, digest }) => {
    await send(client, join(folder, path), digest);
    onProgress(`sending files: ${++sent} of ${wanted.length}`);
  });
  return files;
}

/** Files that are sent at the same time: the gateway waits for the disk after each of them. */
const places = 8;
/** Files of so many bytes are sent whole: a stream would cost more than they do. */
const small = 1024 * 1024;

/** SHA-256 of a file, streamed. */
async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new CairnError('not-found', `There is no file ${file}.`, {
      where: file,
      action: 'Give the path of a file that exists.',
      cause,
    });
  }
  return `sha256:${hash.digest('hex')}`;
}

async function send(client: CairnClient, file: string, digest: string): Promise<void> {
  const { size } = await stat(file);
  const body =
    size <= small ? new Uint8Array(await readFile(file)) : (Readable.toWeb(createReadStream(file)) as ReadableStream);
  const uploaded = await client.upload(body);
  if (uploaded.digest === digest) return;
  throw new CairnError('digest-mismatch', `${file} changed while it was sent.`, {
    where: file,
    action: 'Wait until nothing writes to it and try again.',
  });
}

/** Does some work for each of many things, a few at a time, and answers what came of each, in their order. */
async function together<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const serve = async (): Promise<void> => {
    while (next < things.length) {
      const at = next++;
      results[at] = await work(things[at]!);
    }
  };
  await Promise.all(Array.from({ length: places }, serve));
  return results;
}
