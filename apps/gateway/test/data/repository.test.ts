import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DataHistory } from '../../src/data/history.ts';
import { DataRepository } from '../../src/data/repository.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { Children } from '../../src/supervise/child.ts';
import { openTestDatabase, type TestDatabase, tools } from '../db/template.ts';
import { ownHistory } from './own-history.ts';

const run = promisify(execFile);
const following = { signal: new AbortController().signal, log: () => undefined };
const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };

let home: string;
let children: Children;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'cairn-data-'));
  const logger = { info: () => undefined, warn: () => undefined };
  children = new Children({ runFolder: join(home, 'run'), logFolder: join(home, 'logs'), environment, logger });
});
afterAll(async () => {
  await children.stopAll();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const open = () =>
  new DataRepository({
    folder: join(home, 'data'),
    remote: new FolderRemote({ folder: join(home, 'dvc-remote') }),
    history: new DataHistory({ database }),
    tools,
    environment,
    children,
  });

/** Lays out one chip and its labels. */
const place =
  (chip: string) =>
  async (folder: string): Promise<void> => {
    await mkdir(join(folder, 'chips'), { recursive: true });
    await writeFile(join(folder, 'chips', 'a-1-2-3.png'), chip);
    await writeFile(join(folder, 'labels.geojson'), '{}');
  };

describe('the data repository', () => {
  it('pins a dataset with DVC and brings back every content of it, byte for byte, from the remote alone', async () => {
    const { dvcMd5: first } = await open().add('town', place('one'), following);
    expect(first).toMatch(/^[0-9a-f]{32}\.dir$/);
    const { dvcMd5: second } = await open().add('town', place('two'), following);
    expect(second).not.toBe(first);
    await rm(join(home, 'data', '.dvc', 'cache'), { recursive: true });
    await open().pull('town', first, join(home, 'pulled-one'), following);
    await open().pull('town', second, join(home, 'pulled-two'), following);
    expect(await readFile(join(home, 'pulled-one', 'chips', 'a-1-2-3.png'), 'utf8')).toBe('one');
    expect(await readFile(join(home, 'pulled-two', 'chips', 'a-1-2-3.png'), 'utf8')).toBe('two');
    expect(await readFile(join(home, 'pulled-two', 'labels.geojson'), 'utf8')).toBe('{}');
  });

  it('commits nothing when the same content is added again', async () => {
    const first = await open().add('same', place('one'), following, { title: 'A town' });
    const before = await git('rev-parse', 'HEAD');
    expect(first.commit).toBe(before.trim());
    expect(await open().add('same', place('one'), following, { title: 'A town' })).toEqual(first);
    expect(await git('rev-parse', 'HEAD')).toBe(before);
    const renamed = await open().add('same', place('one'), following, { title: 'Another' });
    expect(renamed.dvcMd5).toBe(first.dvcMd5);
    expect(await git('show', renamed.commit)).toMatch(/- {2}title: A town\n\+ {2}title: Another/);
  });

  it('answers dvc by hand, also after the state folder was moved', async () => {
    await open().add('moved', place('one'), following);
    const moved = join(home, 'moved');
    await mkdir(moved);
    for (const part of ['data', 'dvc-remote']) await cp(join(home, part), join(moved, part), { recursive: true });
    await rm(join(moved, 'data', '.dvc', 'cache'), { recursive: true });
    await rm(join(moved, 'data', 'datasets', 'moved', 'data'), { recursive: true });
    const env = { ...environment, DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(moved, 'site'), HOME: moved };
    const dvc = (...args: string[]) =>
      run(join(tools, 'python', 'bin', 'dvc'), args, { cwd: join(moved, 'data'), env });
    await dvc('pull', 'datasets/moved/data.dvc');
    expect(await readFile(join(moved, 'data', 'datasets', 'moved', 'data', 'chips', 'a-1-2-3.png'), 'utf8')).toBe(
      'one',
    );
    expect((await dvc('status', 'datasets/moved/data.dvc')).stdout).toContain('up to date');
    await dvc('get', join(moved, 'data'), 'datasets/moved/data', '--rev', 'main', '-o', join(moved, 'got'));
    expect(await readFile(join(moved, 'got', 'labels.geojson'), 'utf8')).toBe('{}');
  });

  it('goes on after a git and a dvc that were killed half way', async () => {
    const { dvcMd5: md5 } = await open().add('killed', place('one'), following);
    await writeFile(join(home, 'data', 'datasets', 'killed', 'data.dvc'), 'outs:\n- md5: half');
    await writeFile(join(home, 'data', '.git', 'index.lock'), '');
    await writeFile(join(home, 'data', '.dvc', 'tmp', 'rwlock'), '{ "broken');
    await mkdir(join(home, 'data', 'datasets', 'stray'), { recursive: true });
    await writeFile(join(home, 'data', 'datasets', 'stray', 'data.dvc'), 'outs: []');
    await open().pull('killed', md5, join(home, 'pulled-after'), following);
    expect(await readFile(join(home, 'pulled-after', 'chips', 'a-1-2-3.png'), 'utf8')).toBe('one');
    expect(await git('status', '--porcelain')).toBe('');
  });

  it('begins anew where it was killed before its first commit', async () => {
    const folder = join(home, 'early', 'data');
    await mkdir(join(folder, '.git'), { recursive: true });
    await writeFile(join(folder, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    const remote = join(home, 'early', 'remote');
    const repository = new DataRepository({
      folder,
      remote: new FolderRemote({ folder: remote }),
      history: ownHistory(),
      tools,
      environment,
      children,
    });
    expect((await repository.add('town', place('one'), following)).dvcMd5).toMatch(/\.dir$/);
  });

  it('comes back with its whole history after its folder was lost', async () => {
    const { dvcMd5: first, commit } = await open().add('lost', place('one'), following);
    const { dvcMd5: second } = await open().add('lost', place('two'), following);
    const before = await git('log', '--format=%H %s');
    await rm(join(home, 'data'), { recursive: true });
    await open().pull('lost', first, join(home, 'found-one'), following);
    expect(await readFile(join(home, 'found-one', 'chips', 'a-1-2-3.png'), 'utf8')).toBe('one');
    expect(await git('log', '--format=%H %s')).toBe(before);
    expect(before).toContain(`${commit} Pin dataset lost`);
    expect((await open().add('lost', place('two'), following)).dvcMd5).toBe(second);
    expect(await git('log', '--format=%H %s')).toBe(before);
  });

  it('says that it has no such content', async () => {
    const unknown = open().pull('town', `${'0'.repeat(32)}.dir`, join(home, 'nowhere'), following);
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ends dvc when the job is cancelled, and works afterwards', async () => {
    const controller = new AbortController();
    const adding = open().add('cancelled', place('one'), { ...following, signal: controller.signal });
    const running = (): Promise<string[]> => readdir(join(home, 'run'));
    const ended = expect(adding).rejects.toThrow('enough');
    await vi.waitFor(async () => expect((await running()).join()).toMatch(/dvc/), { timeout: 60_000, interval: 5 });
    controller.abort(new Error('enough'));
    await ended;
    await expect.poll(running).toEqual([]);
    expect((await open().add('cancelled', place('one'), following)).dvcMd5).toMatch(/\.dir$/);
  });
});

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: join(home, 'data') })).stdout;
}
