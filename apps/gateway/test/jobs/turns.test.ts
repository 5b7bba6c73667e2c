import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { Turns } from '../../src/jobs/turns.ts';
import { openTestDatabase } from '../db/template.ts';
import { runningJob } from './fixture.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.query("insert into cairn.account (id, roles) values ('amina', '{mapper}') on conflict do nothing");
});
afterAll(() => database.close());

/** A running job as a context tells it; what it says of its progress is kept. */
async function running() {
  const { jobId } = await runningJob(database, 'register-model');
  const told: string[] = [];
  const over = new AbortController();
  const progress = (_: number, message: string): void => void told.push(message);
  return { jobId, told, over, signal: over.signal, progress };
}

const end = (id: string): Promise<unknown> =>
  database.query("update cairn.job set status = 'failed' where id = $1", [id]);

test('jobs of two gateways have their turns at a name one after the other, and at other names meanwhile', async () => {
  const gateways = [new Turns(database), new Turns(database)] as const;
  let [within, most] = [0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++within);
    await pause(50);
    within--;
  };
  const jobs = await Promise.all(Array.from({ length: 4 }, running));
  await Promise.all(jobs.map((job, i) => gateways[i % 2]!.inTurn('register:roofs', job, work)));
  expect(most).toBe(1);
  expect(jobs.filter(({ told }) => told.length === 1)).toHaveLength(3);
  const [first, second] = [await running(), await running()];
  const both = await gateways[0].inTurn('register:roofs', first, () =>
    gateways[1].inTurn('register:roads', second, () => Promise.resolve('both')),
  );
  expect(both).toBe('both');
  expect(await database.query('select from cairn.turn')).toEqual([]);
});

test('a turn whose job fails is given back, one of a killed job is its own again, one of an ended job is free', async () => {
  const turns = new Turns(database);
  const [killed, waiting] = [await running(), await running()];
  await expect(turns.inTurn('a', killed, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await database.query("insert into cairn.turn (name, job_id) values ('a', $1)", [killed.jobId]);
  expect(await turns.inTurn('a', killed, () => Promise.resolve('again'))).toBe('again');
  await database.query("insert into cairn.turn (name, job_id) values ('a', $1)", [killed.jobId]);
  const waited = turns.inTurn('a', waiting, () => Promise.resolve('next'));
  await expect.poll(() => waiting.told).toHaveLength(1);
  await end(killed.jobId);
  expect(await waited).toBe('next');
});

test('who waits for its turn can be cancelled', async () => {
  const turns = new Turns(database);
  const [holder, waiting] = [await running(), await running()];
  await turns.inTurn('b', holder, async () => {
    const waited = turns.inTurn('b', waiting, () => Promise.resolve());
    await expect.poll(() => waiting.told).toHaveLength(1);
    waiting.over.abort(new Error('cancelled'));
    await expect(waited).rejects.toThrow('cancelled');
  });
});
