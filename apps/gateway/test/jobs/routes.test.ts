import { CairnError, type JobPage, type StatusInfo } from '@cairn/contracts';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { answerProblem } from '../../src/errors.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { openTestDatabase } from '../db/template.ts';
import { acceptJob } from '../../src/jobs/job-change.ts';
import { checkInputs } from '../../src/jobs/inputs.ts';
import { answer, ControlledProcess, Gateways, mapper, scientist } from './fixture.ts';

let database: Database;
let gateways: Gateways;
let predict: ControlledProcess;
let app: FastifyInstance;
let actor: Actor;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  gateways = new Gateways(database);
  predict = new ControlledProcess();
  actor = mapper;
  const jobs = await gateways.start({
    predict,
    'add-dataset': { id: 'add-dataset', run: () => Promise.reject(new Error()) },
  });
  app = fastify();
  app.decorateRequest('actor', null as unknown as Actor);
  app.addHook('onRequest', (request, _reply, done) => {
    request.actor = actor;
    done();
  });
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  await app.register(
    jobRoutes({ jobs, callbackHosts: new CallbackHosts({ allowed: [] }), stream: { every: 20, keepAlive: 200 } }),
  );
});
afterEach(async () => {
  await app.close();
  await gateways.close();
});

const inputs = { model: 'building-detector', imagery: 'scene' };
const exception = (name: string) => `http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/${name}`;
const execute = (payload: unknown = { inputs }, headers: Record<string, string> = { prefer: 'respond-async' }) =>
  app.inject({ method: 'POST', url: '/processes/predict/execution', payload: payload as object, headers });
const get = async (url: string) => app.inject({ method: 'GET', url });

describe('processes', () => {
  it('come in pages of the size that is asked for', async () => {
    type Page = { processes: { id: string }[]; links: { href: string; rel: string }[] };
    const first = (await get('/processes?limit=1')).json<Page>();
    expect(first.processes.map(({ id }) => id)).toEqual(['predict']);
    const next = new URL(first.links.find(({ rel }) => rel === 'next')!.href);
    const second = (await get(next.pathname + next.search)).json<Page>();
    expect(second.processes.map(({ id }) => id)).toEqual(['add-dataset']);
    expect(second.links.map(({ rel }) => rel)).toEqual(['self']);
    expect(new URL(second.links[0]!.href).search).toBe(next.search);
    expect((await get('/processes?limit=0')).statusCode).toBe(400);
  });

  it('are listed with links to what they take', async () => {
    const listed = (await get('/processes')).json<{
      processes: { id: string; links: { href: string; rel: string }[] }[];
    }>();
    expect(listed.processes.map(({ id }) => id)).toEqual(['predict', 'add-dataset']);
    const self = listed.processes[0]!.links.find(({ rel }) => rel === 'self')!;
    const described = (await get(new URL(self.href).pathname)).json<{ inputs: Record<string, object> }>();
    expect(described.inputs['threshold']).toEqual({
      title: 'How sure the model has to be',
      minOccurs: 0,
      maxOccurs: 1,
      schema: { type: 'number', minimum: 0.05, maximum: 0.95, title: 'How sure the model has to be' },
    });
    expect(described.inputs['model']).toMatchObject({ minOccurs: 1 });
  });

  it('that are not offered are not found', async () => {
    expect((await get('/processes/train-model')).statusCode).toBe(404);
    expect((await get('/processes/train-model')).json()).toMatchObject({ type: exception('no-such-process') });
    expect((await get('/processes/toString')).statusCode).toBe(404);
  });
});

describe('an execution', () => {
  it('asked for asynchronously answers at once with the place of the job, which leads to its result', async () => {
    const response = await execute();
    expect(response.statusCode).toBe(201);
    expect(response.headers['preference-applied']).toBe('respond-async');
    const place = new URL(String(response.headers['location'])).pathname;
    expect(response.json()).toMatchObject({ processID: 'predict', type: 'process', status: 'accepted' });
    await predict.started(1);
    const early = await get(`${place}/results`);
    expect(early.statusCode).toBe(404);
    expect(early.json()).toMatchObject({ type: exception('result-not-ready') });
    predict.runs[0]!.finish();
    await expect.poll(async () => (await get(place)).json<{ status: string }>().status).toBe('successful');
    expect((await get(`${place}/results`)).json()).toEqual(answer);
    expect((await get(`${place}/log`)).body).toContain('successful');
  });

  it('asked for without that waits for the result', async () => {
    const response = execute({ inputs }, {});
    await predict.started(1);
    predict.runs[0]!.finish();
    expect((await response).json()).toEqual(answer);
  });

  it('answers as long as the caller waits, and then with the place of the job', async () => {
    const response = await execute({ inputs }, { prefer: 'wait=0' });
    expect(response.statusCode).toBe(201);
    expect(response.headers['preference-applied']).toBe('wait=0');
    const place = new URL(String(response.headers['location'])).pathname;
    const patient = execute({ inputs }, { prefer: 'respond-async, wait=3600' });
    await predict.started(1);
    predict.runs[0]!.finish();
    expect((await patient).json()).toEqual(answer);
    expect((await patient).headers['link']).toContain(place);
  });

  it('answers the outputs that were asked for, raw where that was asked for', async () => {
    const wanted = { features: {}, areaKm2: { transmissionMode: 'value' } };
    const document = execute({ inputs, outputs: wanted, response: 'document' }, {});
    const several = execute({ inputs, outputs: wanted, response: 'raw' }, {});
    await predict.started(2);
    for (const run of predict.runs) run.finish();
    expect((await document).json()).toEqual({ features: 1, areaKm2: 0.5 });
    const { headers, body } = await several;
    const boundary = /^multipart\/related; boundary=(\S+)$/.exec(String(headers['content-type']))![1]!;
    expect(body.split(`--${boundary}`).slice(1, 3)).toEqual([
      '\r\nContent-Type: application/json; charset=utf-8\r\nContent-ID: <features>\r\n\r\n1\r\n',
      '\r\nContent-Type: application/json; charset=utf-8\r\nContent-ID: <areaKm2>\r\n\r\n0.5\r\n',
    ]);
    const single = execute({ inputs, outputs: { href: {} }, response: 'raw' }, {});
    await predict.started(3);
    predict.runs[2]!.finish();
    expect((await single).headers['content-type']).toMatch(/^text\/plain/);
    expect((await single).body).toBe(answer.href);
  });

  it('is answered by the stored result, and nothing is started', async () => {
    predict.kept = { ...answer, stored: true };
    const response = await execute();
    expect(response.json()).toMatchObject({ status: 'successful', progress: 100, steps: [] });
    const place = new URL(String(response.headers['location'])).pathname;
    expect((await get(`${place}/results`)).json()).toMatchObject({ stored: true });
    expect((await execute({ inputs }, {})).json()).toMatchObject({ stored: true });
    expect(predict.runs).toEqual([]);
  });

  it('that waits does not hold up a gateway that closes', async () => {
    const response = execute({ inputs }, {});
    await predict.started(1);
    await app.close();
    expect((await response).json()).toMatchObject({ code: 'gateway-unreachable', status: 503 });
  });

  it('that fails answers its problem, with its status', async () => {
    const response = execute({ inputs }, {});
    await predict.started(1);
    predict.runs[0]!.fail(new CairnError('aoi-zero-area', 'The area is a line.'));
    expect((await response).statusCode).toBe(422);
    expect((await response).json()).toMatchObject({ code: 'aoi-zero-area', detail: 'The area is a line.' });
  });

  it.each([
    ['no inputs', {}],
    ['inputs that are no object', { inputs: 3 }],
    ['an unknown input', { inputs: { ...inputs, confidence: 1 } }],
    ['an output that there is none of', { inputs, outputs: { buildings: {} } }],
    ['an output by reference', { inputs, outputs: { href: { transmissionMode: 'reference' } } }],
    ['an answer of no known form', { inputs, response: 'xml' }],
    ['a subscriber in the network of the gateway', { inputs, subscriber: { successUri: 'http://10.0.0.1/' } }],
    ['a subscriber on loopback', { inputs, subscriber: { failedUri: 'http://[::1]:8080/' } }],
    ['a subscriber that is no web address', { inputs, subscriber: { successUri: 'file:///etc/passwd' } }],
    ['a threshold beyond its limits', { inputs: { ...inputs, threshold: 2 } }],
  ])('with %s is refused and makes no job', async (_what, payload) => {
    const response = await execute(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'input-invalid' });
    expect((await get('/jobs')).json()).toMatchObject({ jobs: [] });
  });

  it('is for those whose roles the policy names', async () => {
    const url = '/processes/add-dataset/execution';
    const refused = await app.inject({ method: 'POST', url, payload: { inputs: {} } });
    expect(refused.json()).toMatchObject({ code: 'not-allowed' });
    actor = scientist;
    const admitted = await app.inject({ method: 'POST', url, payload: { inputs: {} } });
    expect(admitted.json()).toMatchObject({ code: 'input-invalid' });
  });
});

describe('jobs', () => {
  it('are listed by process and status, the newest first', async () => {
    const first = (await execute()).json<{ jobID: string }>().jobID;
    const second = (await execute({ inputs: { ...inputs, imagery: 'other' } })).json<{ jobID: string }>().jobID;
    const ids = async (query: string) =>
      (await get(`/jobs${query}`)).json<{ jobs: { jobID: string }[] }>().jobs.map(({ jobID }) => jobID);
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('?processID=predict&limit=1')).toEqual([second]);
    expect(await ids('?status=failed')).toEqual([]);
    expect(await ids('?status=failed,accepted,running&type=process')).toEqual([second, first]);
    expect(await ids('?type=deployment')).toEqual([]);
    expect(await ids('?datetime=../2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids('?datetime=2020-01-01T00:00:00Z/..&limit=5000')).toEqual([second, first]);
    expect(await ids('?minDuration=3600')).toEqual([]);
    for (const wrong of ['status=asleep', 'datetime=yesterday', 'cursor=1', 'limit=0']) {
      expect((await get(`/jobs?${wrong}`)).statusCode, wrong).toBe(400);
    }
    expect((await get('/jobs?processID=fly')).json()).toMatchObject({ type: exception('no-such-process') });
  });

  it('are listed page by page, each once, also while others are added', async () => {
    const added: string[] = [];
    const add = async (): Promise<void> => {
      const imagery = `image-${added.length}`;
      added.unshift((await execute({ inputs: { ...inputs, imagery } })).json<{ jobID: string }>().jobID);
    };
    for (let i = 0; i < 5; i++) await add();
    const expected = [...added];
    const seen: string[] = [];
    let url: string | undefined = '/jobs?limit=2&processID=predict';
    while (url !== undefined) {
      const page: JobPage = (await get(url)).json<JobPage>();
      seen.push(...page.jobs.map(({ jobID }) => jobID));
      const next: { href: string } | undefined = page.links.find(({ rel }) => rel === 'next');
      url = next === undefined ? undefined : next.href.slice(next.href.indexOf('/jobs'));
      await add();
    }
    expect(seen).toEqual(expected);
  });

  it('that are successful lead to what they have made, and tell what they have used', async () => {
    const id = (await execute()).json<{ jobID: string }>().jobID;
    await predict.started(1);
    predict.runs[0]!.finish();
    await expect.poll(async () => (await get(`/jobs/${id}`)).json<{ status: string }>().status).toBe('successful');
    const { links, cost } = (await get(`/jobs/${id}`)).json<StatusInfo>();
    expect(links.map(({ rel, href }) => [rel, new URL(href).pathname])).toEqual(
      expect.arrayContaining([
        ['item', '/stac/collections/predictions/items/p'],
        ['enclosure', answer.href],
        ['describedby', `/receipts/${encodeURIComponent(answer.receipt)}`],
      ]),
    );
    expect(cost.wallSeconds).toBeGreaterThan(0);
    expect(cost.money).toBeUndefined();
  });

  it('are dismissed by DELETE, and their result is then a problem', async () => {
    const id = (await execute()).json<{ jobID: string }>().jobID;
    await predict.started(1);
    const dismissed = await app.inject({ method: 'DELETE', url: `/jobs/${id}` });
    expect(dismissed.json()).toMatchObject({ status: 'dismissed' });
    expect((await get(`/jobs/${id}/results`)).json()).toMatchObject({ code: 'cancelled', status: 409 });
  });

  it('of shadows are hidden from those who ask for predictions', async () => {
    const devi: Actor = { id: 'devi', roles: ['approver'] };
    const inputs = checkInputs('shadow-prediction', { prediction: 'a'.repeat(20), version: 'building-detector/2' });
    const job = await database.transaction((tx) => acceptJob(tx, 'shadow-prediction', inputs, devi));
    const { id } = job!;
    for (const url of [`/jobs/${id}`, `/jobs/${id}/results`, `/jobs/${id}/log`]) {
      expect((await get(url)).json()).toMatchObject({ code: 'not-found', type: exception('no-such-job') });
    }
    const cancelled = await app.inject({ method: 'DELETE', url: `/jobs/${id}` });
    expect(cancelled.json()).toMatchObject({ code: 'not-found' });
    expect((await execute()).statusCode).toBe(201);
    expect((await get('/jobs')).json<JobPage>().jobs.map(({ processID }) => processID)).toEqual(['predict']);
    actor = devi;
    expect((await get(`/jobs/${id}`)).json()).toMatchObject({ status: 'accepted', processID: 'shadow-prediction' });
    expect((await get('/jobs')).json<JobPage>().jobs.map(({ jobID }) => jobID)).toContain(id);
  });

  it('that do not exist are not found', async () => {
    for (const url of ['/jobs/none', '/jobs/none/results', '/jobs/none/log']) {
      expect((await get(url)).json()).toMatchObject({ code: 'not-found', type: exception('no-such-job') });
    }
  });
});
