import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { freePort } from '../../src/supervise/free-port.ts';

const programs = '/usr/lib/postgresql/15/bin';
const postgis = '/usr/share/postgresql/15/extension/postgis.control';

/** A server for one test file. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Why no PostgreSQL server can be had here; undefined where one can. */
export function whyNoServer(): string | undefined {
  if (process.env['CAIRN_TEST_POSTGRES'] !== undefined) return undefined;
  if (existsSync(`${programs}/initdb`) && existsSync(postgis)) return undefined;
  return 'neither CAIRN_TEST_POSTGRES names a server, nor is the Debian package postgresql-15-postgis-3 installed';
}

/**
 * The server that CAIRN_TEST_POSTGRES names (its user may create databases), or one of Debian's PostgreSQL in a temporary
 * folder, on loopback.
 */
export async function startServer(): Promise<TestServer> {
  const given = process.env['CAIRN_TEST_POSTGRES'];
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'cairn-postgres-'));
  // PostgreSQL refuses to run as root: there it runs as the user that its package made.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  if (user.uid !== undefined) {
    for (const path of [folder, data]) await chown(path, user.uid, user.gid);
  }
  const options = { ...user, cwd: folder, stdio: 'ignore' } as const;
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'cairn', '--auth=trust', '--no-sync'], options);
  const port = await freePort();
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', folder, '-c', 'fsync=off'],
    options,
  );
  const ended = once(server, 'exit');
  const ready = () => {
    try {
      execFileSync(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  for (let tries = 0; !ready(); tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error('The PostgreSQL server did not start.');
    await pause(100);
  }
  return {
    url: `postgres://cairn@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes an empty database of its own on a server, and answers its address. */
export async function newDatabase({ url }: Pick<TestServer, 'url'>): Promise<string> {
  const name = `cairn_${randomUUID().replaceAll('-', '')}`;
  const root = await PostgresDatabase.open({ url });
  await root.query(`create database ${name}`);
  await root.close();
  const own = new URL(url);
  own.pathname = name;
  return own.href;
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}
