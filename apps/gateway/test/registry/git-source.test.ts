import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitSource } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobContext } from '../../src/jobs/process.ts';
import { checkInputs } from '../../src/jobs/inputs.ts';
import { GitHosts } from '../../src/registry/package/git-hosts.ts';
import { GitPackages } from '../../src/registry/package/git-source.ts';
import { PackageFiles } from '../../src/registry/package/files.ts';
import { takePackage, witnessSource } from '../../src/registry/package/source.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { openGitServer } from './git-server.ts';
import { tinyPackage } from './package-fixture.ts';
import { quietLogger } from './quiet.ts';
import { context } from './registration-fixture.ts';

let home: string;
let objects: ObjectStore;
let children: Children;
let server: Awaited<ReturnType<typeof openGitServer>>;
const environment = { PATH: process.env.PATH ?? '' };
const work = (): string => join(home, 'work');
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', join(home, 'served/tiny.git'), ...args], { encoding: 'utf8' }).trim();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-git-'));
  objects = new ObjectStore({ root: join(home, 'objects') });
  children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment,
    logger: quietLogger(),
  });
  const folder = join(home, 'served/tiny.git');
  await mkdir(folder, { recursive: true });
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'T');
  git('config', 'user.email', 't@example.org');
  await commit('The package', { ...under('models/tiny', tinyPackage()), 'big/noise.bin': noise(200_000) });
  server = await openGitServer(join(home, 'served'));
});
afterAll(async () => {
  await children.stopAll();
  await server.close();
  await rm(home, { recursive: true, force: true });
});

const under = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
/** Text that compresses badly, and is the same each time. */
const noise = (length: number): string => {
  let text = '';
  for (let at = 0; text.length < length; at++) text += createHash('sha256').update(String(at)).digest('base64');
  return text;
};

async function commit(message: string, files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(home, 'served/tiny.git', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  git('add', '.');
  git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD');
}

const packages = (more: { limit?: number; allowed?: string[] } = {}): GitPackages =>
  new GitPackages({
    objects,
    children,
    environment,
    hosts: new GitHosts({ allowed: more.allowed ?? [`127.0.0.1:${server.port}`], proxied: false }),
    workFolder: work(),
    limit: more.limit ?? 64 * 1024 * 1024,
  });
const at = (id: string, more: Partial<GitSource> = {}): GitSource => ({
  url: `http://127.0.0.1:${server.port}/tiny.git`,
  commit: id,
  path: 'models/tiny',
  ...more,
});
const fetch = (source: GitSource, more: { limit?: number; allowed?: string[]; job?: Partial<JobContext> } = {}) =>
  packages(more).fetch(source, context(more.job));

describe('a package from a Git repository', () => {
  it('has the files of its folder at that commit, whose id is witnessed from Git’s objects', async () => {
    const id = git('rev-parse', 'HEAD');
    await commit('A later one', { 'models/tiny/later.py': 'pass\n' });
    const { files, proof } = await fetch(at(id));
    expect(files.map(({ path }) => path).sort()).toEqual(Object.keys(tinyPackage()).sort());
    const source = await witnessSource(new PackageFiles(files, objects), proof);
    expect(source).toEqual({ commit: id, path: 'models/tiny', repository: at(id).url });
    expect(existsSync(join(work(), 'job'))).toBe(false);
  });

  it('may be the root of its repository, and keeps which files are programs', async () => {
    await chmod(join(home, 'served/tiny.git/models/tiny/later.py'), 0o755);
    const id = await commit('A program', {});
    const { files, proof } = await fetch(at(id, { path: '' }));
    expect(files.find(({ path }) => path === 'models/tiny/later.py')?.mode).toBe('100755');
    expect(await witnessSource(new PackageFiles(files, objects), proof)).toMatchObject({ commit: id, path: '' });
  });

  it.each<[string, Partial<GitSource>, string, string]>([
    ['a commit that is not there', { commit: 'a'.repeat(40) }, 'not-found', '/inputs/git/commit'],
    ['a folder that is not there', { path: 'models/none' }, 'not-found', '/inputs/git/path'],
    ['a file for a folder', { path: 'models/tiny/MLproject' }, 'not-found', '/inputs/git/path'],
  ])('is refused for %s', async (_what, more, code, where) => {
    await expect(fetch(at(git('rev-parse', 'HEAD'), more))).rejects.toMatchObject({ code, more: { where } });
    expect(existsSync(join(work(), 'job'))).toBe(false);
  });

  it.each(['none.git', 'moved/tiny.git'])('is refused where the server gives out nothing at /%s', async (path) => {
    const url = `http://127.0.0.1:${server.port}/${path}`;
    await expect(fetch(at(git('rev-parse', 'HEAD'), { url }))).rejects.toMatchObject({ code: 'git-unreachable' });
  });

  it('is refused with a link, a submodule or a pointer of Git LFS among its files', async () => {
    const base = git('rev-parse', 'HEAD');
    await symlink('/etc/passwd', join(home, 'served/tiny.git/models/tiny/link.py'));
    const refused = async (id: string) =>
      expect(fetch(at(id))).rejects.toMatchObject({ code: 'package-invalid', more: { where: 'link.py' } });
    await refused(await commit('A link', {}));
    git('reset', '--quiet', '--hard', base);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
    await refused(await commit('A pointer', { 'models/tiny/link.py': pointer }));
    git('reset', '--quiet', '--hard', base);
    git('update-index', '--add', '--cacheinfo', `160000,${base},models/tiny/link.py`);
    git('commit', '--quiet', '--message', 'A submodule');
    await refused(git('rev-parse', 'HEAD'));
    git('reset', '--quiet', '--hard', base);
  });

  it('is not taken where more comes over than is allowed', async () => {
    const refused = fetch(at(git('rev-parse', 'HEAD')), { limit: 50_000 });
    await expect(refused).rejects.toMatchObject({ code: 'too-large' });
  });

  it('is asked for by itself, not beside uploaded files, and not by nothing', async () => {
    const source = at(git('rev-parse', 'HEAD'));
    const take = (inputs: Parameters<typeof takePackage>[0]) => takePackage(inputs, packages(), context());
    expect((await take({ git: source })).proof?.repository).toBe(source.url);
    const { files } = await fetch(source);
    for (const inputs of [{}, { files, git: source }]) {
      await expect(take(inputs)).rejects.toMatchObject({ code: 'input-invalid' });
    }
  });

  it('ends when it is cancelled', async () => {
    const over = new AbortController();
    const log = (): void => over.abort(new Error('not wanted'));
    const cancelled = fetch(at(git('rev-parse', 'HEAD')), { job: { signal: over.signal, log } });
    await expect(cancelled).rejects.toThrow('not wanted');
    expect(existsSync(join(work(), 'job'))).toBe(false);
  });
});

describe('an address of a repository', () => {
  it('leads nowhere but to the public internet, unless the setting names the host', async () => {
    const before = server.asked.length;
    const id = git('rev-parse', 'HEAD');
    for (const url of [
      `http://127.0.0.1:${server.port}/tiny.git`,
      `https://127.0.0.1:${server.port}/tiny.git`,
      `https://localhost:${server.port}/tiny.git`,
      'https://[::1]/tiny.git',
      'https://169.254.169.254/latest/meta-data',
      'http://example.org/tiny.git',
    ]) {
      await expect(fetch(at(id, { url }), { allowed: [] })).rejects.toMatchObject({
        code: 'input-invalid',
        more: { action: expect.stringContaining('CAIRN_GIT_HOSTS') as string },
      });
    }
    expect(server.asked.length).toBe(before);
  });

  it('is connected to at the addresses that were checked', async () => {
    const hosts = new GitHosts({ allowed: ['localhost:443'], proxied: false });
    const [setting] = await hosts.settings(new URL('https://localhost/tiny.git'));
    expect(setting).toMatch(/^http\.curloptResolve=localhost:443:(127\.0\.0\.1|\[::1\])/);
  });

  it.each([
    'https://user:secret@example.org/tiny.git',
    'https://token@example.org/tiny.git',
    'https://example.org/tiny.git?token=secret',
    'ssh://example.org/tiny.git',
    'file:///etc',
    'ext::sh -c true',
    'git@example.org:tiny.git',
    '/srv/tiny.git',
    '--upload-pack=touch',
  ])('is refused before it is kept or asked: %s', (url) => {
    const inputs = { git: { url, commit: 'a'.repeat(40) } };
    const refused = (): unknown => checkInputs('register-model', inputs);
    expect(refused).toThrow(expect.objectContaining({ code: 'input-invalid' }) as Error);
    expect(refused).not.toThrow(/secret/);
  });
});
