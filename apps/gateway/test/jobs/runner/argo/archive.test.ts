import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packed, unpack } from '../../../../src/jobs/runner/argo/archive.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-archive-'));
  await mkdir(join(folder, 'data', 'town', 'chips'), { recursive: true });
  await writeFile(join(folder, 'data', 'town', 'chips', 'a b.png'), 'a');
  await writeFile(join(folder, 'data', 'town', 'labels'), 'b');
  await writeFile(join(folder, 'secret'), 'outside');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('an archive', () => {
  it('brings a folder or a file back, under another name, in the place of what was there', async () => {
    await mkdir(join(folder, 'out', 'town'), { recursive: true });
    await writeFile(join(folder, 'out', 'town', 'old'), 'old');
    await unpack(Readable.from(packed(join(folder, 'data', 'town'))), join(folder, 'out', 'town'));
    expect((await readdir(join(folder, 'out', 'town'))).sort()).toEqual(['chips', 'labels']);
    expect(await readFile(join(folder, 'out', 'town', 'chips', 'a b.png'), 'utf8')).toBe('a');
    await unpack(Readable.from(packed(join(folder, 'data', 'town', 'labels'))), join(folder, 'out', 'deep', 'file'));
    expect(await readFile(join(folder, 'out', 'deep', 'file'), 'utf8')).toBe('b');
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['deep', 'town']);
  });

  it('brings no links, and nothing from outside of its place', async () => {
    const sly = join(folder, 'sly');
    await mkdir(sly);
    await writeFile(join(sly, 'good'), 'good');
    await symlink('/etc', join(sly, 'link'));
    const paths = ['good', 'link', '../secret'];
    const archive = create({ cwd: sly, gzip: true, preservePaths: true }, paths);
    await unpack(Readable.from(archive), join(folder, 'taken', 'here'));
    expect(await readdir(join(folder, 'taken'), { recursive: true })).not.toContain(join('here', 'link'));
    expect(await readdir(join(folder, 'taken'))).toEqual(['here']);
  });
});
