import { CairnClient, type StatusInfo } from '@cairn/contracts';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { CallbackHosts } from '../../src/jobs/callbacks/callback-hosts.ts';
import type { Jobs } from '../../src/jobs/engine.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { openTestDatabase } from '../db/template.ts';
import { ControlledProcess, Gateways, mapper, scientist } from './fixture.ts';

let database: Database;
let gateways: Gateways;
let app: FastifyInstance;
let jobs: Jobs;
let client: CairnClient;
const predict = new ControlledProcess();
const runForEver = (_inputs: unknown, { signal }: JobContext): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
beforeAll(async () => {
  database = await openTestDatabase();
  gateways = new Gateways(database);
  const shadow = { id: 'shadow-prediction' as const, run: runForEver };
  jobs = await gateways.start({ predict, 'shadow-prediction': shadow });
  app = fastify({ forceCloseConnections: true });
  app.decorateRequest('actor', null as unknown as Actor);
  app.addHook('onRequest', (request, _reply, done) => {
    request.actor = mapper;
    done();
  });
  await app.register(
    jobRoutes({ jobs, callbackHosts: new CallbackHosts({ allowed: [] }), stream: { every: 5, keepAlive: 50 } }),
  );
  client = new CairnClient({ address: await app.listen({ host: '127.0.0.1', port: 0 }) });
});
afterAll(async () => {
  await app.close();
  await gateways.close();
  await database.close();
});

it('what goes on is told from the beginning, at each step, and to its end; a shadow is not told to a mapper', async () => {
  const controller = new AbortController();
  const seen: StatusInfo[][] = [];
  const until = async (fits: (told: StatusInfo[]) => boolean): Promise<StatusInfo[]> => {
    for await (const told of client.followActivity(controller.signal)) {
      seen.push(told);
      if (fits(told)) return told;
    }
    throw new Error('The stream has ended.');
  };
  expect(await until(() => true)).toEqual([]);
  await jobs.submit('shadow-prediction', { prediction: '0'.repeat(20), version: 'm/2' }, scientist);
  await jobs.submit('predict', { model: 'm', imagery: 'scene' }, scientist);
  await predict.started(1);
  const { context, finish } = predict.runs[0]!;
  context.step('Find buildings');
  const [found] = await until(([job]) => job?.steps.at(-1)?.name === 'Find buildings');
  expect(found).toMatchObject({ processID: 'predict', status: 'running' });
  finish();
  const [ended] = await until(([job]) => job?.status === 'successful');
  expect(ended?.steps.at(-1)).toMatchObject({ name: 'Find buildings', status: 'successful' });
  expect(seen.flat().some(({ processID }) => processID === 'shadow-prediction')).toBe(false);
  controller.abort();
});
