import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/db/database.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { JobLog } from '../../src/jobs/job-log.ts';
import type { Lease } from '../../src/jobs/lease.ts';
import { LogStore } from '../../src/jobs/log-store.ts';
import { newDatabase, startServer, whyNoServer } from '../db/postgres-server.ts';
import { openTestDatabase, tools } from '../db/template.ts';
import { ControlledProcess, Gateways, mapper, runningJob, takenUp } from './fixture.ts';

/** The database as two gateways have it: each by connections of its own, where there are any. */
interface Opened {
  databases: [Database, Database];
  close(): Promise<void>;
}

const reason = whyNoServer();

describe('the log of a job, in PGlite', () => {
  describeLogs(true, async () => {
    const database = await openTestDatabase();
    return { databases: [database, database], close: () => database.close() };
  });
});

describe.skipIf(reason !== undefined)(
  `the log of a job, in PostgreSQL${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    describeLogs(false, async () => {
      const server = await startServer();
      const url = await newDatabase(server);
      const databases = [await PostgresDatabase.open({ url }), await PostgresDatabase.open({ url })];
      await migrate(databases[0]!, await readMigrations(tools));
      return {
        databases: [databases[0]!, databases[1]!],
        close: async () => {
          await Promise.all(databases.map((database) => database.close()));
          await server.stop();
        },
      };
    });
  },
);

/** @param isAlone whether the two gateways share one connection, as in PGlite. */
function describeLogs(isAlone: boolean, open: () => Promise<Opened>): void {
  let opened: Opened;
  let database: Database;
  let logs: LogStore;
  beforeAll(async () => {
    opened = await open();
    [database] = opened.databases;
    logs = new LogStore(database);
    await database.query("insert into cairn.account (id, roles) values ('amina', '{mapper}') on conflict do nothing");
  });
  afterAll(() => opened.close());
  afterEach(() => database.query('delete from cairn.job'));

  /** A job that runs, held by `owner`. */
  const hold = (owner = 'one'): Promise<Lease> => runningJob(database, 'predict', owner);
  const takeUp = (lease: Lease, owner: string): Promise<Lease> => takenUp(database, lease, owner);
  /** The lines of a log without their times. */
  const said = async (job: string): Promise<string[]> => (await logs.whole(job)).split('\n').slice(0, -1).map(untimed);
  const piecesOf = async (job: string): Promise<{ place: number; length: number }[]> =>
    database.query('select place, octet_length(text) as length from cairn.job_log where job_id = $1 order by place', [
      job,
    ]);

  it('tells lines when they are whole, the longest in parts, from whatever place', async () => {
    const lease = await hold();
    const { jobId: job } = lease;
    expect(await logs.lines(job, 0)).toEqual([]);
    await logs.add(lease, 0, 'one\ntwö');
    expect(await logs.lines(job, 0)).toEqual([{ line: 'one', end: 4 }]);
    expect(await logs.lines(job, 4)).toEqual([]);
    await logs.add(lease, 8, `s\n${'x'.repeat(200_000)}`);
    await logs.add(lease, 200_010, `${'x'.repeat(100_000)}\nlast\n`);
    expect(await logs.lines(job, 4)).toEqual([{ line: 'twös', end: 10 }]);
    const [part] = await logs.lines(job, 10);
    expect(part!.line).toBe('x'.repeat(256 * 1024));
    const rest = await logs.lines(job, part!.end);
    expect(rest.map(({ line }) => line)).toEqual(['x'.repeat(300_000 - 256 * 1024), 'last']);
    expect(await logs.lines(job, rest[0]!.end)).toEqual([{ line: 'last', end: await logs.end(job) }]);
    // Places that no event has: within a line, within a character, behind the end.
    expect(await logs.lines(job, 1)).toMatchObject([{ line: 'ne' }, { line: 'twös' }]);
    expect(await logs.lines(job, 7)).toMatchObject([{ line: '\uFFFDs' }]);
    expect(await logs.lines(job, 200_000 + 100_000 + 10)).toMatchObject([{ line: '' }, { line: 'last' }]);
    for (const place of [await logs.end(job), 1_000_000, 999_999_999_999_999]) {
      expect(await logs.lines(job, place)).toEqual([]);
    }
  });

  it('goes on where the attempt before ended, and takes nothing from who has lost the lease', async () => {
    const lease = await hold();
    const first = new JobLog(logs, lease, 10);
    first.add('of the first');
    await first.flush();
    const second = new JobLog(new LogStore(opened.databases[1]), await takeUp(lease, 'two'), 10);
    first.add('too late');
    await first.flush();
    second.add('of the second');
    await second.flush();
    first.add('much too late');
    await first.close();
    expect(await said(lease.jobId)).toEqual(['of the first', 'of the second']);
    // The same gateway may take it up again: the attempt that it lost is over all the same.
    const third = new JobLog(logs, await takeUp({ ...lease, attempt: 2 }, 'two'), 10);
    second.add('of an attempt that is over');
    await second.close();
    third.add('of the third');
    await third.close();
    third.add('after its end');
    await pause(50);
    expect(await said(lease.jobId)).toEqual(['of the first', 'of the second', 'of the third']);
  });

  it('is one, whichever gateway runs the job and whichever is asked', async () => {
    const [one, two] = opened.databases.map((each) => new Gateways(each));
    const predictOne = new ControlledProcess();
    const predictTwo = new ControlledProcess();
    // It holds its lease for a moment and never renews it.
    const first = await one!.start({ predict: predictOne }, { lease: 300, heartbeat: 60_000 });
    const { job } = await first.submit('predict', { model: 'building-detector', imagery: 'scene' }, mapper);
    await predictOne.started(1);
    predictOne.runs[0]!.context.log('of the first');
    await expect.poll(() => said(job.id)).toHaveLength(2);
    const second = await two!.start({ predict: predictTwo });
    await predictTwo.started(1);

    const { signal } = new AbortController();
    const followed = await first.follow(job.id, 0, '', { every: 10, keepAlive: 60_000 }, signal);
    let told = '';
    for await (const events of followed) {
      const before = told;
      told += events;
      const isNew = (words: string) => told.includes(words) && !before.includes(words);
      if (isNew('predict started, attempt 2')) {
        predictOne.runs[0]!.context.log('too late');
        predictTwo.runs[0]!.context.log('of the second');
      }
      if (isNew('of the second')) {
        expect((await first.get(job.id)).status).toBe('running');
        await pause(100);
        predictTwo.runs[0]!.finish();
      }
    }
    const lines = [
      'predict started, attempt 1',
      'of the first',
      'predict started, attempt 2',
      'of the second',
      'successful',
    ];
    expect([...told.matchAll(/^event: log\ndata: (.*)$/gm)].map(([, line]) => untimed(line!))).toEqual(lines);
    expect(await first.log(job.id)).toBe(await second.log(job.id));
    expect(await said(job.id)).toEqual(lines);
    await Promise.all([one!.close(), two!.close()]);
  });

  it('takes whatever a process says', async () => {
    const lease = await hold();
    const log = new JobLog(logs, lease, 10);
    log.add('a\0b \ud800 c \udc00\ud83d 🏠\r');
    log.add('');
    // Characters of two units at every place, also where the log is cut into pieces.
    for (const before of ['', '.']) log.add(`${before}${'🏠'.repeat(100_000)}`);
    await log.close();
    expect(await said(lease.jobId)).toEqual([
      'a\uFFFDb \uFFFD c \uFFFD\uFFFD 🏠\r',
      '',
      '🏠'.repeat(100_000),
      `.${'🏠'.repeat(100_000)}`,
    ]);
  });

  it('is written some lines at a time, in pieces that follow each other', async () => {
    const lease = await hold();
    const log = new JobLog(logs, lease, 60_000);
    for (let line = 0; line < 2000; line++) {
      log.add(`line ${line} äöü`);
      if (line % 100 === 0) await pause(5);
    }
    await log.close();
    expect(await said(lease.jobId)).toEqual(Array.from({ length: 2000 }, (_, line) => `line ${line} äöü`));
    const pieces = await piecesOf(lease.jobId);
    expect(pieces.length).toBeLessThan(10);
    let end = 0;
    for (const { place, length } of pieces) {
      expect(place).toBe(end);
      end += length;
    }
  });

  it('says once that it is full, over all attempts', async () => {
    const lease = await hold();
    const first = new JobLog(logs, lease, 10);
    for (let i = 0; i < 5; i++) first.add('x'.repeat(1024 * 1024));
    await first.close();
    const leases = [lease, await takeUp(lease, 'two')];
    const second = new JobLog(logs, leases[1]!, 10);
    for (let i = 0; i < 5; i++) second.add('x'.repeat(1024 * 1024));
    await second.close();
    const third = new JobLog(logs, await takeUp(leases[1]!, 'three'), 10);
    third.add('more');
    await third.close();
    const text = await logs.whole(lease.jobId);
    expect(text.length).toBeGreaterThan(8 * 1024 * 1024);
    expect(text.length).toBeLessThan(8.1 * 1024 * 1024);
    expect(text.match(/is full/g)).toHaveLength(1);
    expect(text).toMatch(/x\n\S+Z \(the log is full: what follows is left out\)\n$/);
  });

  it('keeps what cannot be written for later, and says how many lines it could not keep', async () => {
    const lease = await hold();
    let isAway = false;
    let back = (): void => undefined;
    const flaky: Queryable = {
      query: async <Row>(sql: string, parameters?: readonly unknown[]) => {
        if (isAway) throw new Error('away');
        const rows = await database.query<Row>(sql, parameters);
        back();
        return rows;
      },
    };
    const log = new JobLog(new LogStore(flaky), lease, 10);
    log.add('before');
    await log.flush();
    isAway = true;
    // In three pieces, so that a line is said while it is written.
    const long = 'm'.repeat(150_000);
    log.add(long);
    await log.flush();
    for (let i = 0; i < 20; i++) log.add('x'.repeat(100_000));
    isAway = false;
    back = () => {
      back = () => undefined;
      setImmediate(() => log.add('after'));
    };
    await log.close();
    const lines = await said(lease.jobId);
    expect(lines.slice(0, 2)).toEqual(['before', long]);
    expect(lines.slice(-2)).toEqual([
      `(${20 - (lines.length - 4)} lines are missing here: the log could not be written)`,
      'after',
    ]);
    expect(lines.length).toBeGreaterThan(9);
    expect(lines.length).toBeLessThan(20);
  });

  it('has a line but once where the answer to its writing was lost', async () => {
    const lease = await hold();
    let isLost = true;
    const lossy: Queryable = {
      query: async <Row>(sql: string, parameters?: readonly unknown[]) => {
        const rows = await database.query<Row>(sql, parameters);
        if (sql.includes('insert') && isLost) {
          isLost = false;
          throw new Error('The connection was cut.');
        }
        return rows;
      },
    };
    const log = new JobLog(new LogStore(lossy), lease, 10);
    log.add('one');
    await expect.poll(() => isLost).toBe(false);
    log.add('two');
    await log.close();
    expect(await said(lease.jobId)).toEqual(['one', 'two']);
  });

  it('is written by whoever says a line within a transaction, too', async () => {
    const lease = await hold();
    const log = new JobLog(logs, lease, 10);
    await database.transaction(async (tx) => {
      log.add('within');
      await tx.query('select pg_sleep(0.1)');
      for (let i = 0; i < 20; i++) log.add('x'.repeat(100_000));
    });
    await log.close();
    expect(await said(lease.jobId)).toHaveLength(21);
  });

  it.skipIf(isAlone)('takes nothing from who loses the lease at that moment', async () => {
    const lease = await hold();
    let added: Promise<boolean> | undefined;
    await opened.databases[1].transaction(async (tx) => {
      await tx.query("update cairn.job set lease_owner = 'two', attempt = 2 where id = $1", [lease.jobId]);
      added = logs.add(lease, 0, 'too late\n');
      await pause(200);
    });
    expect(await added).toBe(false);
    expect(await said(lease.jobId)).toEqual([]);
  });
}

function untimed(line: string): string {
  return line.replace(/^\d{4}-\S+Z /, '');
}
