import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DataHistory } from '../../src/data/history.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { DataRepository } from '../../src/data/repository.ts';
import type { History } from '../../src/data/shared-branch.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { Children } from '../../src/supervise/child.ts';
import { newDatabase, startServer, type TestServer, whyNoServer } from '../db/postgres-server.ts';
import { tools } from '../db/template.ts';
import { quietLogger } from '../registry/quiet.ts';
import { ownHistory } from './own-history.ts';

const run = promisify(execFile);
const following = { signal: new AbortController().signal, log: () => undefined };
const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
const reason = whyNoServer();
const title = `the data of two gateways${reason === undefined ? '' : ` (skipped: ${reason})`}`;

/** A gateway's repository, with a connection of its own to the one database. */
interface Gateway {
  folder: string;
  repository: DataRepository;
  history: DataHistory;
  /** The same folder after a start anew. */
  again: (history?: History) => DataRepository;
  git: (...args: string[]) => Promise<string>;
}

/** Lays out one file. */
const place =
  (content: string) =>
  async (folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'labels.geojson'), content);
  };

describe.skipIf(reason !== undefined)(title, () => {
  let server: TestServer;
  let home: string;
  let databases: PostgresDatabase[] = [];
  let open: (name: string) => Promise<Gateway>;
  beforeAll(async () => {
    server = await startServer();
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-shared-data-'));
    const url = await newDatabase(server);
    const connect = async () => {
      const database = await PostgresDatabase.open({ url });
      databases.push(database);
      return database;
    };
    await migrate(await connect(), await readMigrations(tools));
    open = async (gateway) => {
      const history = new DataHistory({ database: await connect() });
      const folder = join(home, gateway, 'data');
      const folders = { runFolder: join(home, gateway, 'run'), logFolder: join(home, gateway, 'logs') };
      const children = new Children({ ...folders, environment, logger: quietLogger() });
      const remote = new FolderRemote({ folder: join(home, 'dvc-remote') });
      const again = (other: History = history) =>
        new DataRepository({ folder, remote, tools, environment, children, history: other });
      const git = async (...args: string[]) => (await run('git', args, { cwd: folder })).stdout.trim();
      return { folder, history, again, repository: again(), git };
    };
    return async () => {
      await Promise.all(databases.map((database) => database.close()));
      databases = [];
      await rm(home, { recursive: true, force: true });
    };
  });
  afterAll(() => server.stop());

  let pulls = 0;
  /** What a gateway pulls by an MD5. */
  async function pulled({ repository }: Gateway, id: string, md5: string): Promise<string> {
    const into = join(home, `pulled-${pulls++}`);
    await repository.pull(id, md5, into, following);
    return readFile(join(into, 'labels.geojson'), 'utf8');
  }

  test('becomes one line of commits, in turn and at once, of which each pulls what the other pinned', async () => {
    const [a, b] = [await open('a'), await open('b')];
    // Both begin the history: one of them finds it begun.
    const [one, two] = await Promise.all([
      a.repository.add('one', place('1'), following),
      b.repository.add('two', place('2'), following),
    ]);
    const three = await a.repository.add('three', place('3'), following);
    const four = await b.repository.add('four', place('4'), following);
    // The same dataset, with another content each.
    const [left, right] = await Promise.all([
      a.repository.add('town', place('left'), following),
      b.repository.add('town', place('right'), following),
    ]);
    expect(await pulled(b, 'town', left.dvcMd5)).toBe('left');
    expect(await pulled(a, 'town', right.dvcMd5)).toBe('right');
    expect(await pulled(a, 'two', two.dvcMd5)).toBe('2');
    expect(await pulled(b, 'three', three.dvcMd5)).toBe('3');

    const log = await a.git('log', '--format=%H %s');
    expect(await b.git('log', '--format=%H %s')).toBe(log);
    for (const [id, { commit }] of Object.entries({ one, two, three, four })) {
      expect(log).toContain(`${commit} Pin dataset ${id}`);
    }
    expect(log.match(/Pin dataset town/g)).toHaveLength(2);
    expect(await a.git('rev-list', '--max-parents=0', '--count', 'HEAD')).toBe('1');
    expect(await a.git('rev-list', '--merges', '--count', 'HEAD')).toBe('0');
    expect(await a.git('ls-files', 'datasets/*.dvc')).toBe(await b.git('ls-files', 'datasets/*.dvc'));
  });

  test('stays a line where one commits while the other is about to publish', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const between = a.again({
      tip: () => a.history.tip(),
      holds: (commit) => a.history.holds(commit),
      since: (known) => a.history.since(known),
      append: async (tip, entry) => {
        if (tip?.seq === 1) await b.repository.add('town', place('quick'), following);
        return a.history.append(tip, entry);
      },
    });
    const slow = await between.add('town', place('slow'), following);
    expect(await pulled(b, 'town', slow.dvcMd5)).toBe('slow');
    expect(await b.git('log', '--format=%H %s', '-1')).toBe(`${slow.commit} Pin dataset town`);
    expect(await b.git('log', '--format=%s')).toBe(await a.git('log', '--format=%s'));
    expect(await a.git('log', '--format=%s')).toBe(
      ['Pin dataset town', 'Pin dataset town', 'Tell where the remote is'].join('\n'),
    );
  });

  test('is whole after a gateway was killed between its commit and the history', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const first = await a.repository.add('first', place('1'), following);
    const killed = a.again({
      tip: () => a.history.tip(),
      holds: (commit) => a.history.holds(commit),
      since: (known) => a.history.since(known),
      append: () => Promise.reject(new Error('killed')),
    });
    await expect(killed.add('second', place('2'), following)).rejects.toThrow('killed');
    expect(await a.git('log', '-1', '--format=%s')).toBe('Pin dataset second');
    const third = await b.repository.add('third', place('3'), following);
    expect(await b.git('log', '--format=%s')).not.toContain('second');

    const fourth = await a.again().add('fourth', place('4'), following);
    expect(await pulled(b, 'fourth', fourth.dvcMd5)).toBe('4');
    const log = await b.git('log', '--format=%H');
    for (const { commit } of [first, third, fourth]) expect(log).toContain(commit);
    expect(await a.git('log', '--format=%H')).toBe(log);
    expect(await a.git('ls-files', 'datasets/*.dvc')).toContain('datasets/third/data.dvc');
    expect(await a.git('status', '--porcelain')).toBe('');
  });

  test('holds a commit once whose answer from the database was lost', async () => {
    const a = await open('a');
    const cut: History = {
      tip: () => a.history.tip(),
      holds: (commit) => a.history.holds(commit),
      since: (known) => a.history.since(known),
      append: async (tip, entry) => {
        await a.history.append(tip, entry);
        throw new Error('the connection was cut');
      },
    };
    await expect(a.again(cut).add('town', place('1'), following)).rejects.toThrow('cut');
    const { dvcMd5 } = await a.repository.add('town', place('1'), following);
    const b = await open('b');
    expect(await pulled(b, 'town', dvcMd5)).toBe('1');
    expect(await b.git('log', '--format=%H')).toBe(await a.git('log', '--format=%H'));
    expect(await a.git('rev-list', '--merges', '--count', 'HEAD')).toBe('0');
  });

  test('takes up the commits that a gateway made before histories were shared', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const alone = a.again(ownHistory());
    const old = await alone.add('old', place('1'), following);
    const town = await alone.add('town', place('before'), following);
    // The other gateway, whose folder is empty, is the first to publish.
    const newer = await b.repository.add('town', place('after'), following);
    const added = await a.repository.add('new', place('2'), following);
    expect(await pulled(b, 'old', old.dvcMd5)).toBe('1');
    expect(await pulled(b, 'town', town.dvcMd5)).toBe('before');
    expect(await pulled(a, 'town', town.dvcMd5)).toBe('before');
    expect(await pulled(a, 'town', newer.dvcMd5)).toBe('after');
    for (const gateway of [a, b]) {
      for (const { commit } of [old, town, newer, added]) {
        expect(await gateway.git('merge-base', '--is-ancestor', commit, 'HEAD')).toBe('');
      }
      expect(await gateway.git('show', 'HEAD:datasets/town/data.dvc')).toContain(newer.dvcMd5);
    }
  });

  test('is told at the start what a folder held before, which may go then', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const old = await a.again(ownHistory()).add('old', place('1'), following);
    await a.repository.share(following);
    const held = await a.history.tip();
    expect(held).toBeDefined();
    await a.repository.share(following);
    expect(await a.history.tip()).toEqual(held);
    await rm(a.folder, { recursive: true });
    expect(await pulled(b, 'old', old.dvcMd5)).toBe('1');
    await a.repository.share(following);
    expect(await pulled(a, 'old', old.dvcMd5)).toBe('1');
  });

  test('goes on from a database that was restored from before the last commits', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const first = await a.repository.add('first', place('1'), following);
    const second = await a.repository.add('second', place('2'), following);
    await databases[0]!.query('delete from cairn.data_history where seq = (select max(seq) from cairn.data_history)');
    expect(await pulled(a, 'first', first.dvcMd5)).toBe('1');
    expect(await pulled(b, 'second', second.dvcMd5)).toBe('2');
    await b.repository.add('third', place('3'), following);
    await a.repository.add('fourth', place('4'), following);
    expect(await a.git('log', '--format=%s')).toMatch(/^Pin dataset fourth\nPin dataset third\nPin dataset second\n/);
  });
});
