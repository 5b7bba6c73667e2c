import { CairnError } from '@cairn/contracts';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import { Callbacks } from '../../src/jobs/callbacks/callbacks.ts';
import { openTestDatabase } from '../db/template.ts';
import { answer, ControlledProcess, Gateways, mapper } from './fixture.ts';

interface Told {
  path: string;
  body: { status?: string; jobID?: string; steps?: { name: string }[] };
  callback: string;
}

let database: Database;
let gateways: Gateways;
let predict: ControlledProcess;
let server: Server;
let place: string;
let told: Told[];
/** What the subscriber answers next; 200 where nothing is said. */
let statuses: number[];
const started: Callbacks[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  gateways = new Gateways(database);
  predict = new ControlledProcess();
  told = [];
  statuses = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Told['body'];
      told.push({ path: request.url ?? '', body, callback: String(request.headers['cairn-callback']) });
      response.writeHead(statuses.shift() ?? 200, { location: 'http://127.0.0.1:1/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const callbacks of started.splice(0)) await callbacks.stop();
  await gateways.close();
  await new Promise((resolve) => server.close(resolve));
});

const inputs = { model: 'building-detector', imagery: 'scene' };
const deliver = (allowed = [place], attempts = 12): Callbacks => {
  const callbacks = new Callbacks({
    database,
    hosts: new CallbackHosts({ allowed }),
    logger: { info: () => undefined, error: () => undefined },
    address: () => 'http://cairn.test',
    patience: { every: 20, timeout: 5_000, first: 1, attempts },
  });
  callbacks.start();
  started.push(callbacks);
  return callbacks;
};
const subscriber = () => ({
  successUri: `http://${place}/success?key=1`,
  inProgressUri: `http://${place}/progress`,
  failedUri: `http://${place}/failed`,
});
const submit = async () => {
  const jobs = await gateways.start({ predict });
  const { job } = await jobs.submit('predict', inputs, mapper, { answer: {}, subscriber: subscriber() });
  await predict.started(1);
  return { jobs, id: job.id };
};
const open = async (): Promise<number> =>
  (await database.query<{ count: number }>('select count(*)::int as count from cairn.callback'))[0]!.count;
/** A fast retry is still due only after its time limit: what waits is made due at once. */
const hurry = () => database.query('update cairn.callback set due = clock_timestamp()');

describe('a subscriber', () => {
  it('is told that the job runs, of its steps, and of its results, also by the gateway that comes after', async () => {
    const { jobs, id } = await submit();
    const callbacks = deliver();
    await expect.poll(() => told).toMatchObject([{ path: '/progress', body: { jobID: id, status: 'running' } }]);
    predict.runs[0]!.context.step('Find buildings');
    await expect
      .poll(() => told[1])
      .toMatchObject({ path: '/progress', body: { steps: [{ name: 'Find buildings' }] } });
    await callbacks.stop();
    predict.runs[0]!.finish();
    await jobs.wait(id);
    expect(await open()).toBe(1);
    deliver();
    await expect.poll(() => told[2]).toMatchObject({ path: '/success?key=1', body: { prediction: answer.prediction } });
    await expect.poll(open).toBe(0);
  });

  it('is told of a failure; one that joined as well, and who asks the same twice once', async () => {
    const { jobs, id } = await submit();
    const second = { failedUri: `http://${place}/second` };
    for (const one of [second, second, subscriber()]) {
      const joined = await jobs.submit('predict', inputs, mapper, { answer: {}, subscriber: one });
      expect(joined).toMatchObject({ joined: true, job: { id } });
    }
    predict.runs[0]!.fail(new CairnError('imagery-corrupt', 'The image is cut short.'));
    await jobs.wait(id);
    deliver();
    await expect.poll(open).toBe(0);
    expect(told.map(({ path }) => path).sort()).toEqual(['/failed', '/second']);
    expect(told[0]!.body).toMatchObject({ status: 'failed', problem: { code: 'imagery-corrupt' } });
  });

  it('that does not answer well is told again, and given up after so many attempts', async () => {
    const { jobs, id } = await submit();
    predict.runs[0]!.finish();
    await jobs.wait(id);
    statuses = [500, 302, 503, 500];
    deliver([place], 3);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await expect.poll(() => told.length).toBe(attempt);
      await hurry();
    }
    await expect.poll(open).toBe(0);
    expect(new Set(told.map(({ callback }) => callback)).size).toBe(1);
    const events = await database.query<{ data: Record<string, unknown> }>(
      "select data from cairn.event where subject = $1 and kind = 'job.callback-given-up'",
      [`job:${id}`],
    );
    expect(events).toMatchObject([
      { data: { callback: 'success', host: place, attempts: 3, trouble: 'it answered 503' } },
    ]);
    expect(JSON.stringify(events)).not.toContain('key=1');
  });

  it('behind a name that leads into the network of the gateway is never asked', async () => {
    const jobs = await gateways.start({ predict });
    const successUri = `http://localhost:${place.split(':')[1]}/`;
    const { job } = await jobs.submit('predict', inputs, mapper, { answer: {}, subscriber: { successUri } });
    await predict.started(1);
    predict.runs[0]!.finish();
    await jobs.wait(job.id);
    deliver([]);
    await expect.poll(open).toBe(0);
    expect(told).toEqual([]);
  });
});
