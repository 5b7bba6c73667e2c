import { CairnError } from '@cairn/contracts';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { answerProblem } from '../../src/errors.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { openTestDatabase } from '../db/template.ts';
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
  await app.register(jobRoutes({ jobs }));
});
afterEach(async () => {
  await app.close();
  await gateways.close();
});

const inputs = { model: 'building-detector', imagery: 'scene' };
const execute = (payload: unknown = { inputs }, headers: Record<string, string> = { prefer: 'respond-async' }) =>
  app.inject({ method: 'POST', url: '/processes/predict/execution', payload: payload as object, headers });
const get = async (url: string) => app.inject({ method: 'GET', url });

describe('processes', () => {
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
      schema: { type: 'number', minimum: 0.05, maximum: 0.95, title: 'How sure the model has to be' },
    });
    expect(described.inputs['model']).toMatchObject({ minOccurs: 1 });
  });

  it('that are not offered are not found', async () => {
    expect((await get('/processes/train-model')).statusCode).toBe(404);
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
    expect(early.json<{ type: string }>().type).toMatch(/ogcapi-processes-1\/1\.0\/result-not-ready$/);
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
    expect((await get('/jobs?status=asleep')).statusCode).toBe(400);
  });

  it('are dismissed by DELETE, and their result is then a problem', async () => {
    const id = (await execute()).json<{ jobID: string }>().jobID;
    await predict.started(1);
    const dismissed = await app.inject({ method: 'DELETE', url: `/jobs/${id}` });
    expect(dismissed.json()).toMatchObject({ status: 'dismissed' });
    expect((await get(`/jobs/${id}/results`)).json()).toMatchObject({ code: 'cancelled', status: 409 });
  });

  it('that do not exist are not found', async () => {
    for (const url of ['/jobs/none', '/jobs/none/results', '/jobs/none/log']) {
      expect((await get(url)).json()).toMatchObject({ code: 'not-found' });
    }
  });
});
