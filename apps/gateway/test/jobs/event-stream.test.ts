import { CairnClient, type JobEvent } from '@cairn/contracts';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { answerProblem } from '../../src/errors.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import type { Jobs } from '../../src/jobs/engine.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { openTestDatabase } from '../db/template.ts';
import { ControlledProcess, Gateways, mapper } from './fixture.ts';

let database: Database;
let gateways: Gateways;
let predict: ControlledProcess;
let jobs: Jobs;
let app: FastifyInstance;
let client: CairnClient;
let address: string;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  gateways = new Gateways(database);
  predict = new ControlledProcess();
  jobs = await gateways.start({ predict });
  app = fastify({ forceCloseConnections: true });
  app.decorateRequest('actor', null as unknown as Actor);
  app.addHook('onRequest', (request, _reply, done) => {
    request.actor = mapper;
    done();
  });
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  const callbackHosts = new CallbackHosts({ allowed: [] });
  await app.register(jobRoutes({ jobs, callbackHosts, stream: { every: 20, keepAlive: 100 } }));
  address = await app.listen({ port: 0, host: '127.0.0.1' });
  client = new CairnClient({ address });
});
afterEach(async () => {
  await app.close();
  await gateways.close();
});

const inputs = { model: 'building-detector', imagery: 'scene' };
const stream = (id: string, last?: string): Promise<Response> =>
  fetch(`${address}/jobs/${id}/log`, {
    headers: { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) },
  });
const linesOf = (events: JobEvent[]): string[] =>
  events.flatMap((event) => (event.event === 'log' ? [event.line.slice(event.line.indexOf(' ') + 1)] : []));

describe("a job's event stream", () => {
  it('tells lines, progress and state as they come, and ends with the job', async () => {
    const { job } = await jobs.submit('predict', inputs, mapper);
    await predict.started(1);
    const { context, finish } = predict.runs[0]!;
    const events: JobEvent[] = [];
    for await (const event of client.followJob(job.id)) {
      events.push(event);
      const said = linesOf(events);
      if (said.length === 1 && event.event === 'log') context.log('read 42 blocks');
      if (event.event === 'log' && said.at(-1) === 'read 42 blocks') context.progress(42, 'half done');
      if (event.event === 'progress' && event.message === 'half done') context.step('Sign');
      if (event.event === 'status' && event.job.steps[0]?.status === 'running') finish();
    }
    expect(linesOf(events)).toEqual(['predict started, attempt 1', 'read 42 blocks', 'step: Sign', 'successful']);
    expect(events).toContainEqual(expect.objectContaining({ event: 'progress', progress: 42, message: 'half done' }));
    expect(events.at(-1)).toMatchObject({ event: 'status', id: 'end', job: { status: 'successful', progress: 100 } });
  });

  it('goes on behind the last line that was seen, and says when there is no more', async () => {
    const { job } = await jobs.submit('predict', inputs, mapper);
    await predict.started(1);
    for (let line = 0; line < 2000; line++) predict.runs[0]!.context.log(`line ${line} äöü`);
    predict.runs[0]!.finish();
    await jobs.wait(job.id);
    const whole = await (await stream(job.id)).text();
    const ids = [...whole.matchAll(/^id: (\d+)$/gm)].map((match) => match[1]!);
    expect(ids).toHaveLength(2002);
    for (const seen of [0, 1000, 2000]) {
      const rest: JobEvent[] = [];
      for await (const event of client.followJob(job.id, ids[seen])) rest.push(event);
      expect(linesOf(rest)).toHaveLength(2001 - seen);
      expect(linesOf(rest)[0]).toBe(seen === 2000 ? 'successful' : `line ${seen} äöü`);
    }
    expect((await stream(job.id, 'end')).status).toBe(204);
    expect((await stream(job.id, 'tomorrow')).status).toBe(400);
    expect((await stream('none')).status).toBe(404);
  });

  it('says that it is alive where nothing happens, and does not hold up a gateway that closes', async () => {
    const { job } = await jobs.submit('predict', inputs, mapper);
    await predict.started(1);
    const reader = (await stream(job.id)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(': alive\n\n')) text += (await reader.read()).value ?? '';
    await Promise.all([app.close(), reader.closed.catch(() => undefined), reader.cancel().catch(() => undefined)]);
  });
});
