import type { UsageReport } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usageRoutes } from '../../src/usage/routes.ts';
import { startIdentity } from '../identity/gateway.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
beforeAll(async () => {
  gateway = await startIdentity((database) => [usageRoutes({ database })]);
  await job('1', 'train-model', { model: 'roofs' }, '2026-10-31T23:00:00Z', [3600, 7000, 2, 'EUR']);
  await job('2', 'predict', { model: 'roofs/2' }, '2026-11-01T01:00:00Z', [10, null, 0.5, 'EUR']);
  await job('3', 'predict', { model: 'roofs/1' }, '2026-11-02T00:00:00Z', [20, null, 1, 'USD'], 'amina, "the mapper"');
  await job('4', 'add-imagery', { id: 'scene' }, '2026-11-03T00:00:00Z', [5, null, null, null]);
  // An attempt that was interrupted counts too.
  await gateway.database.query(`insert into cairn.usage values ('2', 2, 30, 4, null, 1.5, 'EUR')`);
});
afterAll(() => gateway.close());

type Used = [wall: number, cpu: number | null, cost: number | null, currency: string | null];
async function job(id: string, process: string, inputs: object, created: string, used: Used, actor = 'owner') {
  await gateway.database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, created) values ($1, $2, $3, $1, 'successful', $4, $5)`,
    [id, process, inputs, actor, new Date(created)],
  );
  await gateway.database.query('insert into cairn.usage values ($1, 1, $2, $3, null, $4, $5)', [id, ...used]);
}
const get = (url: string, token = gateway.token) =>
  gateway.app.inject({ url, headers: { host: '127.0.0.1', authorization: `Bearer ${token}` } });
const rows = async (url: string) => (await get(url)).json<UsageReport>().rows;

describe('what jobs cost', () => {
  test('adds up by the month in which they were asked for, each currency by itself', async () => {
    expect(await rows('/usage/months')).toEqual([
      {
        key: '2026-11',
        jobs: 3,
        wallSeconds: 65,
        cpuSeconds: 4,
        money: [
          { amount: 2, currency: 'EUR' },
          { amount: 1, currency: 'USD' },
        ],
      },
      { key: '2026-10', jobs: 1, wallSeconds: 3600, cpuSeconds: 7000, money: [{ amount: 2, currency: 'EUR' }] },
    ]);
  });

  test('adds up by model, whichever version was asked, the dearest first; what is of no model by itself', async () => {
    expect((await rows('/usage/models')).map(({ key, jobs }) => [key, jobs])).toEqual([
      ['roofs', 3],
      ['', 1],
    ]);
  });

  test('is told job by job, within a span', async () => {
    const told = await rows('/usage/jobs?from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z');
    expect(told.map(({ key }) => key)).toEqual(['3', '2']);
    expect(told[1]).toMatchObject({ process: 'predict', account: 'owner', wallSeconds: 40 });
  });

  test('comes as CSV, with a column a currency', async () => {
    const answer = await get('/usage/jobs.csv');
    expect(answer.headers['content-type']).toMatch(/^text\/csv/);
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toBe('job,process,account,created,jobs,wall_seconds,cpu_seconds,EUR,USD');
    expect(lines[1]).toBe('4,add-imagery,owner,2026-11-03T00:00:00.000Z,1,5,0,,');
    expect(lines[2]).toBe('3,predict,"amina, ""the mapper""",2026-11-02T00:00:00.000Z,1,20,0,,1');
  });

  test('is for administrators, and by nothing else', async () => {
    await gateway.accounts.add({ id: 'devi', roles: ['scientist'] }, { id: 'owner', roles: ['administrator'] });
    const asked = { account: 'devi', name: 'x', days: 1 };
    const { token } = await gateway.tokens.issueApi(asked, { id: 'owner', roles: ['administrator'] });
    for (const url of ['/usage/months', '/usage/months.csv']) expect((await get(url, token)).statusCode).toBe(403);
    expect((await get('/usage/days')).statusCode).toBe(400);
    expect((await get('/usage/jobs?from=yesterday')).statusCode).toBe(400);
  });
});
