import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CairnClient, type FeatureEvent } from '@cairn/contracts';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database, Queryable } from '../../src/db/database.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { answerProblem } from '../../src/errors.ts';
import { FeatureLog } from '../../src/inference/feature-log.ts';
import { FeatureLogFiles } from '../../src/inference/feature-log-files.ts';
import type { AttemptLog, FeatureLogs } from '../../src/inference/feature-logs.ts';
import { featureRoutes } from '../../src/inference/feature-routes.ts';
import { SharedFeatureLogs } from '../../src/inference/shared-feature-logs.ts';
import type { Jobs } from '../../src/jobs/engine.ts';
import type { Lease } from '../../src/jobs/lease.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { newDatabase, startServer, type TestServer, whyNoServer } from '../db/postgres-server.ts';
import { tools } from '../db/template.ts';
import { answer, ControlledProcess, Gateways, mapper, runningJob, takenUp } from '../jobs/fixture.ts';
import { attempt, describeFeatureLogs, lines, names } from './feature-logs-contract.ts';

const timing = { every: 20, patience: 300 };

describeFeatureLogs('files', (folder) =>
  Promise.resolve({
    logs: new FeatureLogFiles(folder),
    job: () => Promise.resolve({ jobId: randomUUID(), owner: 'one', attempt: 1 }),
    again: (lease) => Promise.resolve({ ...lease, attempt: lease.attempt + 1 }),
    age: () => Promise.resolve(),
  }),
);

const reason = whyNoServer();

describe.skipIf(reason !== undefined)(`on PostgreSQL${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let server: TestServer;
  let database: PostgresDatabase;
  let folder: string;
  beforeAll(async () => {
    server = await startServer();
    const url = await newDatabase(server);
    database = await PostgresDatabase.open({ url });
    await migrate(database, await readMigrations(tools));
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-shared-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The logs as a gateway has them that keeps its files in a folder. */
  const logsIn = (place: string, on: Database = database): SharedFeatureLogs =>
    new SharedFeatureLogs({ database: on, files: new FeatureLogFiles(place), timing });

  const job = (): Promise<Lease> => runningJob(database);
  const again = (lease: Lease): Promise<Lease> => takenUp(database, lease);
  const end = (id: string): Promise<unknown> =>
    database.query("update cairn.job set status = 'successful', lease_owner = null where id = $1", [id]);

  describeFeatureLogs('a database', (place) =>
    Promise.resolve({
      logs: logsIn(place),
      job,
      again,
      age: async (id, hours) => {
        await end(id);
        await database.query(
          'update cairn.feature_log set added = added - make_interval(hours => $2) where job_id = $1',
          [id, hours],
        );
      },
    }),
  );

  test('a gateway that has lost the lease writes nothing more, begins nothing and drops nothing', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => mkdtemp(join(folder, name))));
    const lease = await job();
    const id = lease.jobId;
    const logs = logsIn(one!);
    const log = await logs.open({ lease, log: () => undefined });
    const file = await FeatureLog.open(log.path);
    log.tell();
    await file.add(lines(0, 3));
    await vi.waitFor(async () => expect((await logs.read(id, undefined))!.lines).toHaveLength(3));
    const late = await logs.open({ lease, log: () => undefined });
    const next = await again(lease);
    await file.add(lines(3, 6));
    await log.whole();
    expect((await logs.read(id, undefined))!.lines).toHaveLength(3);
    await attempt(logsIn(two!), next, [lines(0, 2)]);
    late.tell();
    await late.whole();
    await log.drop();
    expect((await logs.read(id, undefined))!.lines).toEqual(lines(0, 2).map(String));
    await file.close();
  });

  test('a copy of more than a power cut has left of the file is made anew', async () => {
    const lease = await job();
    const id = lease.jobId;
    const logs = logsIn(folder);
    await attempt(logs, lease, [lines(0, 3)], 'interrupted');
    await truncate((await logs.open({ lease, log: () => undefined })).path, 1000);
    await attempt(logs, await again(lease), [lines(0, 1), lines(1, 3, 'hut')]);
    expect((await logs.read(id, undefined))!.lines).toEqual([...lines(0, 1), ...lines(1, 3, 'hut')].map(String));
  });

  /** The database as it is while statements about logs fail. */
  function failing(isAway: () => boolean): Database {
    const refuse = (sql: string): void => {
      if (isAway() && sql.includes('cairn.feature_')) throw new Error('The connection was cut.');
    };
    const watched = (queryable: Queryable): Queryable => ({
      query: async (sql, parameters) => (refuse(sql), queryable.query(sql, parameters)),
    });
    return {
      ...watched(database),
      transaction: (work) => database.transaction((tx) => work(watched(tx))),
      script: (sql) => database.script(sql),
      close: () => database.close(),
    };
  }

  test('lines that a database did not take while it was away are told when it is back', async () => {
    const lease = await job();
    const id = lease.jobId;
    let isAway = false;
    const logs = logsIn(
      folder,
      failing(() => isAway),
    );
    const log = await logs.open({ lease, log: () => undefined });
    const file = await FeatureLog.open(log.path);
    log.tell();
    await file.add(lines(0, 10));
    await vi.waitFor(async () => expect((await logs.read(id, undefined))!.lines).toHaveLength(10));
    isAway = true;
    await file.add(lines(10, 20));
    setTimeout(() => (isAway = false), 3 * timing.every);
    await log.whole();
    await end(id);
    expect((await logs.read(id, undefined))!.lines).toEqual(lines(0, 20).map(String));
    await file.close();
  });

  describe('two gateways', () => {
    let gateways: Gateways;
    let predict: ControlledProcess;
    let jobs: Jobs;
    let app: FastifyInstance;
    let client: CairnClient;
    let one: FeatureLogs;
    let two: FeatureLogs;
    const open: { log: AttemptLog; file: FeatureLog }[] = [];

    beforeEach(async () => {
      one = logsIn(await mkdtemp(join(folder, 'one')));
      two = logsIn(await mkdtemp(join(folder, 'two')));
      gateways = new Gateways(database);
      predict = new ControlledProcess();
      jobs = await gateways.start({ predict });
      app = fastify({ forceCloseConnections: true });
      app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
      const objects = new ObjectStore({ root: join(folder, 'objects') });
      const stream = { every: 20, keepAlive: 100 };
      const current: Pick<Jobs, 'get'> = { get: (id) => jobs.get(id) };
      await app.register(featureRoutes({ jobs: current, objects, logs: two, stream }));
      client = new CairnClient({ address: await app.listen({ port: 0, host: '127.0.0.1' }) });
    });
    afterEach(async () => {
      for (const { log, file } of open.splice(0)) {
        await log.stop();
        await file.close();
      }
      await app.close();
      await gateways.close();
    });

    /** Begins what the attempt of a run does at a gateway. */
    async function begin(logs: FeatureLogs, run: number, told: string[] = []) {
      const { lease } = predict.runs[run]!.context;
      const log = await logs.open({ lease, log: (line) => told.push(line) });
      const file = await FeatureLog.open(log.path);
      log.tell();
      open.push({ log, file });
      return { log, file };
    }

    /** What a reader of the second gateway has on its map, and what it was told. */
    async function follow(jobId: string, onHeld: (count: number, resets: number) => unknown) {
      let held: string[] = [];
      const seen: FeatureEvent['event'][] = [];
      for await (const event of client.followFeatures(jobId)) {
        seen.push(event.event);
        if (event.event === 'reset') held = [];
        if (event.event === 'features') {
          held.push(...event.features.map(({ id }) => id));
          await onHeld(held.length, seen.filter((name) => name === 'reset').length);
        }
      }
      return { held, seen };
    }

    test('one tells what the other finds, while it is found, once each', async () => {
      const { job: submitted } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
      await predict.started(1);
      const { log, file } = await begin(one, 0);
      await file.add(lines(0, 500));
      const { held, seen } = await follow(submitted.id, async (count) => {
        // The next ones are found when the ones before have been told.
        if (count === 500) await file.add(lines(500, 900));
        if (count < 900) return;
        await file.add(lines(900, 901));
        await log.whole();
        predict.runs[0]!.finish();
      });
      expect(held).toEqual(names(0, 901));
      expect(seen).not.toContain('reset');
      expect(seen.at(-1)).toBe('status');
    });

    test('a job that is taken up elsewhere voids what was told, and tells every building once more', async () => {
      const { job: submitted } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
      await predict.started(1);
      const first = await begin(one, 0);
      await first.file.add(lines(0, 400));
      const { held, seen } = await follow(submitted.id, async (count, resets) => {
        if (resets === 0 && count === 400) {
          await first.log.stop();
          await jobs.stop();
          jobs = await gateways.start({ predict });
          await predict.started(2);
          const second = await begin(two, 1);
          await second.file.add(lines(0, 300));
        }
        if (resets === 0 || count !== 300) return;
        const { log, file } = open.at(-1)!;
        await file.add(lines(300, 600));
        await log.whole();
        predict.runs[1]!.finish();
      });
      expect(held).toEqual(names(0, 600));
      expect(seen.filter((name) => name === 'reset')).toHaveLength(1);
    });

    test('what could not be told while it was found is told by the file of the prediction, and the job says so', async () => {
      const path = new ObjectStore({ root: join(folder, 'objects') }).path(answer.digest);
      await mkdir(dirname(path), { recursive: true });
      const text = `{"type":"FeatureCollection","features":[\n${lines(0, 60).join(',\n')}\n]}\n`;
      await writeFile(path, text);
      const { job: submitted } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
      await predict.started(1);
      let isAway = false;
      const told: string[] = [];
      const { log, file } = await begin(
        logsIn(
          folder,
          failing(() => isAway),
        ),
        0,
        told,
      );
      await file.add(lines(0, 20));
      const { held, seen } = await follow(submitted.id, async (count, resets) => {
        if (resets > 0 || count !== 20) return;
        isAway = true;
        await file.add(lines(20, 60));
        await log.whole();
        predict.runs[0]!.finish();
      });
      expect(told).toEqual([expect.stringContaining('The connection was cut')]);
      expect(held).toEqual(names(0, 60));
      expect(seen.filter((name) => name === 'reset')).toHaveLength(1);
    });
  });
});
