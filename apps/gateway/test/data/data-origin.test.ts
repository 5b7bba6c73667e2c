import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataAddresses } from '../../src/data/origin/addresses.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { DataOrigin } from '../../src/data/origin/data-origin.ts';
import { DataRepository } from '../../src/data/repository.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { tools } from '../db/template.ts';
import { openGitServer } from '../registry/git-server.ts';
import { quietLogger } from '../registry/quiet.ts';
import { lay, soundFiles } from './folder.ts';
import { ownHistory } from './own-history.ts';

const run = promisify(execFile);
const following = { signal: new AbortController().signal, log: () => undefined, progress: () => undefined };

let home: string;
let git: Awaited<ReturnType<typeof openGitServer>>;
let remote: Server;
let asked: string[];
let fetchFrom: (allowed: string[]) => DataOrigin;
let dvcMd5: string;
let remotePort: number;

/** Somebody's repository behind a Git server, with its data behind a web server: as a project publishes both. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-origin-'));
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home };
  const folders = { runFolder: join(home, 'run'), logFolder: join(home, 'logs') };
  const children = new Children({ ...folders, environment, logger: quietLogger() });
  const parts = { tools, environment, children };
  const theirs = new DataRepository({
    ...parts,
    folder: join(home, 'theirs'),
    remote: new FolderRemote({ folder: join(home, 'remote') }),
    history: ownHistory(),
  });
  const files = await soundFiles();
  ({ dvcMd5 } = await theirs.add(
    'village',
    async (to) => {
      await lay(to, files);
    },
    following,
  ));

  asked = [];
  remote = createServer(({ url = '', method = '' }, response) => {
    asked.push(`${method} ${url}`);
    readFile(join(home, 'remote', url)).then(
      (bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(method === 'HEAD' ? undefined : bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  remotePort = (remote.address() as AddressInfo).port;
  const config = join(home, 'theirs', '.dvc', 'config');
  const told = await readFile(config, 'utf8');
  await writeFile(config, told.replace(/url = .*/, `url = http://127.0.0.1:${remotePort}`));
  const identity = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org'];
  await run('git', [...identity, '-C', join(home, 'theirs'), 'commit', '--quiet', '--all', '--message', 'Publish']);
  git = await openGitServer(home);

  const objects = new ObjectStore({ root: join(home, 'objects') });
  fetchFrom = (allowed) => {
    const addresses = new DataAddresses({ allowed, proxied: false });
    return new DataOrigin({ ...parts, addresses, objects, mostBytes: 1024 * 1024 });
  };
}, 300_000);
afterAll(async () => {
  await git.close();
  remote.closeAllConnections();
  remote.close();
  await rm(home, { recursive: true, force: true });
});

const source = () => ({ url: `http://127.0.0.1:${git.port}/theirs`, rev: 'main', path: 'datasets/village/data' });

it('brings data from a Git server, whose DVC remote is a web server, by the MD5 that the commit names', async () => {
  const origin = fetchFrom([`127.0.0.1:${git.port}`, `127.0.0.1:${remotePort}`]);
  const fetched = await origin.fetch(source(), join(home, 'fetched'), following);
  expect(fetched.files.map(({ path }) => path)).toEqual(Object.keys(await soundFiles()));
  const { stdout } = await run('git', ['-C', join(home, 'theirs'), 'rev-parse', 'main']);
  expect(fetched.origin).toEqual({ url: source().url, commit: stdout.trim(), path: source().path, dvcMd5 });
  expect(git.asked.some((path) => path.startsWith('/theirs/'))).toBe(true);
  expect(asked.some((line) => line.startsWith('GET /files/md5/'))).toBe(true);
}, 300_000);

it('asks no remote that it may not ask, whatever the repository names', async () => {
  const before = asked.length;
  const fetching = fetchFrom([`127.0.0.1:${git.port}`]).fetch(source(), join(home, 'refused'), following);
  await expect(fetching).rejects.toMatchObject({ code: 'input-invalid', more: { where: '.dvc/config' } });
  expect(asked).toHaveLength(before);
}, 300_000);
