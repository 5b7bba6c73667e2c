import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { describeRemote } from './remote-contract.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-remote-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeRemote('a folder', () => ({
  remote: new FolderRemote({ folder: join(folder, 'remote') }),
  lay: async (path, bytes) => {
    const file = join(folder, 'remote', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  },
}));
