import { appendFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnClient, type FeatureEvent } from '@cairn/contracts';
import { digestOf, Manifest, manifestLine } from '@cairn/receipt';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerProblem } from '../../src/errors.ts';
import { BuildingIndex } from '../../src/inference/building-index.ts';
import { FeatureLog, type FeaturePlace, pieceOf, readFeatures } from '../../src/inference/feature-log.ts';
import { FeatureLogFiles } from '../../src/inference/feature-log-files.ts';
import { featureRoutes } from '../../src/inference/feature-routes.ts';
import type { Jobs } from '../../src/jobs/engine.ts';
import { Bucket } from '../../src/storage/bucket.ts';
import { ObjectBucket } from '../../src/storage/object-bucket.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { openTestDatabase, type TestDatabase } from '../db/template.ts';
import { answer, ControlledProcess, Gateways, mapper } from '../jobs/fixture.ts';
import { lines, names } from './feature-logs-contract.ts';

let database: TestDatabase;
let folder: string;
let gateways: Gateways;
let predict: ControlledProcess;
let jobs: Jobs;
let app: FastifyInstance;
let client: CairnClient;
let address: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-features-'));
  gateways = new Gateways(database);
  predict = new ControlledProcess();
  jobs = await gateways.start({ predict });
  app = fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  const objects = new ObjectStore({ root: join(folder, 'objects') });
  const current: Pick<Jobs, 'get'> = { get: (id) => jobs.get(id) };
  const stream = { every: 20, keepAlive: 100 };
  await app.register(featureRoutes({ jobs: current, objects, logs: new FeatureLogFiles(folder), stream }));
  address = await app.listen({ port: 0, host: '127.0.0.1' });
  client = new CairnClient({ address });
});
afterEach(async () => {
  await app.close();
  await gateways.close();
  await rm(folder, { recursive: true, force: true });
});

/** Adds buildings to a log, as one attempt of a job does that then ends or is killed. */
async function attempt(log: string, blocks: Buffer[][], end: 'finished' | 'killed' = 'killed'): Promise<void> {
  const opened = await FeatureLog.open(log);
  for (const block of blocks) await opened.add(block);
  if (end === 'finished') await opened.finish();
  await opened.close();
}

const idsOf = (events: FeatureEvent[]): string[] =>
  events.flatMap((event) => (event.event === 'features' ? event.features.map(({ id }) => id) : []));

test('buildings come while the job runs, once each, over streams that break and a gateway that is killed', async () => {
  const { job } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
  await predict.started(1);
  const log = new FeatureLogFiles(folder).path(job.id);
  await attempt(log, [lines(0, 500), lines(500, 900)]);
  const seen: FeatureEvent[] = [];
  for await (const event of client.followFeatures(job.id)) {
    seen.push(event);
    if (idsOf(seen).length === 900) break;
  }
  expect(seen.filter(({ event }) => event === 'features').length).toBeGreaterThan(1);
  // The gateway is gone in the middle of a line; the job begins again in the next one.
  await appendFile(log, '{"type":"Feat');
  await jobs.stop();
  jobs = await gateways.start({ predict });
  await predict.started(2);
  await attempt(log, [lines(0, 700), lines(700, 1200)], 'finished');
  predict.runs[1]!.finish();
  await jobs.wait(job.id);
  for await (const event of client.followFeatures(job.id, seen.at(-1)!.id)) seen.push(event);
  expect(idsOf(seen)).toEqual(names(0, 1200));
  expect(seen.map(({ event }) => event)).not.toContain('reset');
  expect(seen.at(-1)).toMatchObject({ event: 'status', id: 'end', job: { status: 'successful' } });
});

test('readers are told to forget what they have where the job finds other buildings the second time', async () => {
  const { job } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
  await predict.started(1);
  const log = new FeatureLogFiles(folder).path(job.id);
  await attempt(log, [lines(0, 900)]);
  const seen: FeatureEvent[] = [];
  let held: string[] = [];
  for await (const event of client.followFeatures(job.id)) {
    seen.push(event);
    if (event.event === 'reset') held = [];
    if (event.event !== 'features') continue;
    held.push(...event.features.map(({ id }) => id));
    if (held.length === 900) await attempt(log, [lines(0, 600), lines(600, 1000, 'house')]);
    if (held.length === 1000) predict.runs[0]!.finish();
  }
  expect(held).toEqual([...names(0, 600), ...names(600, 1000, 'house')]);
  expect(seen.filter(({ event }) => event === 'reset')).toHaveLength(1);
});

test('a log of zeros, or one whose series was changing, begins anew', async () => {
  const log = join(folder, 'log');
  const read = async (after?: FeaturePlace) => {
    const bytes = await readFeatures(log, after);
    return bytes === null ? null : pieceOf(bytes);
  };
  for (const broken of ['\0'.repeat(4000), `--------\n${lines(0, 3).join('\n')}\n`, 'abc']) {
    await rm(log, { force: true });
    await appendFile(log, broken);
    expect(await read()).toBeNull();
    await attempt(log, [lines(0, 3)]);
    expect((await read())!.lines).toEqual(lines(0, 3).map(String));
  }
  const { place } = (await read())!;
  // After a power cut the file may be shorter than what was read of it: it grows to the same place again.
  await truncate(log, 1000);
  expect((await read(place))!.lines).toEqual([]);
  await attempt(log, [lines(0, 4)]);
  expect((await read(place))!.lines).toEqual(lines(3, 4).map(String));
});

test('the file of a prediction tells its buildings where the log is gone; a job of another kind finds none', async () => {
  const objects = new ObjectStore({ root: join(folder, 'objects') });
  const features = lines(0, 600).join(',\n');
  const text = `{"type":"FeatureCollection","bbox":[0,0,1,1],"features":[\n${features}\n],"receipt":{}}\n`;
  const { digest } = await objects.put(Buffer.from(text));
  predict.kept = { ...answer, digest };
  const { job } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
  const seen: FeatureEvent[] = [];
  for await (const event of client.followFeatures(job.id)) seen.push(event);
  expect(idsOf(seen)).toEqual(names(0, 600));
  const half: FeatureEvent[] = [];
  const middle = seen.find(({ event }) => event === 'features')!;
  for await (const event of client.followFeatures(job.id, middle.id)) half.push(event);
  expect([...idsOf([middle]), ...idsOf(half)]).toEqual(names(0, 600));

  const ask = (id: string, last?: string): Promise<number> =>
    fetch(`${address}/jobs/${id}/features`, { headers: last === undefined ? {} : { 'last-event-id': last } }).then(
      async (response) => (await response.body?.cancel(), response.status),
    );
  expect(await ask(job.id, 'end')).toBe(204);
  expect(await ask(job.id, 'tomorrow')).toBe(400);
  expect(await ask('none')).toBe(404);
  await database.query("update cairn.job set process = 'add-imagery' where id = $1", [job.id]);
  expect(await ask(job.id)).toBe(404);
});

test('the file is fetched where only the bucket has it, as at the gateway that did not make the prediction', async () => {
  const text = `{"type":"FeatureCollection","features":[\n${lines(0, 3).join(',\n')}\n]}\n`;
  const asked: string[] = [];
  const store = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end(text);
  }).listen(0, '127.0.0.1');
  await once(store, 'listening');
  const endpoint = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
  const access = { endpoint, region: 'us-east-1', bucket: 'objects', accessKey: 'a', secretKey: 'b' };
  const behind = new ObjectBucket({ bucket: new Bucket({ access }) });
  const other = fastify({ forceCloseConnections: true });
  const objects = new ObjectStore({ root: join(folder, 'elsewhere'), behind });
  await other.register(featureRoutes({ jobs, objects, logs: new FeatureLogFiles(join(folder, 'elsewhere')) }));
  const there = new CairnClient({ address: await other.listen({ port: 0, host: '127.0.0.1' }) });
  try {
    const digest = digestOf(text);
    predict.kept = { ...answer, digest };
    const { job } = await jobs.submit('predict', { model: 'bright', imagery: 'scene' }, mapper);
    const seen: FeatureEvent[] = [];
    for await (const event of there.followFeatures(job.id)) seen.push(event);
    expect(idsOf(seen)).toEqual(names(0, 3));
    expect(asked).toEqual([expect.stringContaining(digest.slice(9))]);
  } finally {
    await other.close();
    store.close();
  }
});

test('an index gives every building by its id, whether it was written out or not', async () => {
  const manifest = new Manifest();
  const index = await BuildingIndex.open(join(folder, 'index'), 7);
  const due: { line: string; position: number }[] = [];
  for (let i = 0; i < 61; i++) {
    const geometry = {
      type: 'Polygon',
      coordinates: [
        [
          [i, 0],
          [i + 1, 0],
          [i, 1],
          [i, 0],
        ],
      ],
    };
    const feature = { type: 'Feature', geometry, properties: {} };
    manifest.add(feature);
    const line = manifestLine(feature);
    due.push({ line, position: i * 2 ** 33 });
    await index.add(line, { position: i * 2 ** 33, length: i });
  }
  due.sort((a, b) => (a.line < b.line ? -1 : 1));
  const found: number[] = [];
  for await (const { position } of index.places()) found.push(position);
  expect(found).toEqual(due.map(({ position }) => position));
  expect(await index.manifest()).toBe(manifest.digest());
  expect(index.count).toBe(61);
  await index.close();
});
