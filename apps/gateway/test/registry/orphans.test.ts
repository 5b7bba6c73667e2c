import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MlflowRun } from '../../src/registry/mlflow/entities.ts';
import { jobTag, OrphanRuns } from '../../src/registry/mlflow/orphans.ts';
import { openTestDatabase, type TestDatabase } from '../db/template.ts';
import { openMlflow, type TestMlflow } from './mlflow-fixture.ts';
import { quietLogger } from './quiet.ts';

let database: TestDatabase;
let mlflow: TestMlflow;
let orphans: OrphanRuns;
beforeAll(async () => {
  database = await openTestDatabase();
  mlflow = await openMlflow(() => orphans.closeSoon());
  orphans = new OrphanRuns({ database, mlflow: mlflow.client, logger: quietLogger() });
});
afterAll(async () => {
  await mlflow.close();
  await database.close();
});

async function runOf(experiment: string, job?: string): Promise<MlflowRun> {
  const experimentId = await mlflow.client.experiment(experiment);
  return mlflow.client.createRun({ experimentId, name: 'a', tags: job === undefined ? {} : { [jobTag]: job } });
}

async function addJob(id: string, status: string): Promise<void> {
  await database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor) values ($1, 'train-model', '{}', $1, $2, 'a')`,
    [id, status],
  );
}

async function statusOf({ runId }: MlflowRun): Promise<string | undefined> {
  return (await mlflow.client.findRunById(runId))?.status;
}

it('ends the runs of jobs that are over, and leaves alone those that somebody works on', async () => {
  for (const status of ['accepted', 'running', 'failed', 'dismissed']) await addJob(status, status);
  const runs = {
    accepted: await runOf('one', 'accepted'),
    running: await runOf('one', 'running'),
    failed: await runOf('one', 'failed'),
    dismissed: await runOf('two', 'dismissed'),
    unknown: await runOf('two', 'a job of another database'),
    // Somebody's notebook logs to it.
    own: await runOf('two'),
  };
  const ended = await runOf('two', 'dismissed');
  await mlflow.client.endRun(ended.runId, 'FINISHED');

  expect(await orphans.close()).toBe(3);
  const statuses = await Promise.all(
    Object.entries(runs).map(async ([name, run]) => [name, await statusOf(run)] as const),
  );
  expect(Object.fromEntries(statuses)).toEqual({
    accepted: 'RUNNING',
    running: 'RUNNING',
    failed: 'FAILED',
    dismissed: 'KILLED',
    unknown: 'KILLED',
    own: 'RUNNING',
  });
  expect(await statusOf(ended)).toBe('FINISHED');
  expect(await orphans.close()).toBe(0);
});

it('does so when MLflow wakes', async () => {
  await addJob('killed', 'running');
  const run = await runOf('one', 'killed');
  const { address } = await mlflow.server.ensure();
  await mlflow.server.lost(address);
  await database.query(`update cairn.job set status = 'dismissed' where id = 'killed'`);
  await mlflow.server.ensure();
  await expect.poll(() => statusOf(run), { timeout: 60_000 }).toBe('KILLED');
});
