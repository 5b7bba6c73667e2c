import { CairnError, type ProcessResult } from '@cairn/contracts';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { nameOwner } from '../../src/jobs/lease-owner.ts';
import type { Process } from '../../src/jobs/process.ts';
import { openTestDatabase } from '../db/template.ts';
import { administrator, answer, ControlledProcess, Gateways, mapper, scientist } from './fixture.ts';

let database: Database;
let gateways: Gateways;
let predict: ControlledProcess;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.query("insert into cairn.account (id, roles) values ('amina', '{mapper}') on conflict do nothing");
});
afterAll(async () => database.close());
beforeEach(() => {
  gateways = new Gateways(database);
  predict = new ControlledProcess();
});
afterEach(async () => gateways.close());

const request = (imagery: string) => ({ model: 'building-detector', imagery });
const events = async (id: string): Promise<string[]> =>
  (
    await database.query<{ kind: string }>('select kind from cairn.event where subject = $1 order by seq', [
      `job:${id}`,
    ])
  ).map(({ kind }) => kind);

describe('a job', () => {
  it('runs to its result, with an event for every change of its state', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    expect(job.status).toBe('accepted');
    await predict.started(1);
    expect(predict.runs[0]!.context.actor).toEqual({ id: 'amina', roles: ['mapper'] });
    predict.runs[0]!.finish();
    const ended = await jobs.wait(job.id);
    expect(ended).toMatchObject({ status: 'successful', progress: 100, result: answer, attempt: 1 });
    expect(await events(job.id)).toEqual(['job.accepted', 'job.started', 'job.successful']);
  });

  it('fails with the problem of the table that its process threw', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.fail(new CairnError('aoi-zero-area', 'The area is a line.', { where: '/inputs/aoi' }));
    const ended = await jobs.wait(job.id);
    expect(ended.status).toBe('failed');
    expect(ended.problem).toMatchObject({ code: 'aoi-zero-area', detail: 'The area is a line.', where: '/inputs/aoi' });
    expect(await events(job.id)).toEqual(['job.accepted', 'job.started', 'job.failed']);
  });

  it('ends also where the words of its problem hold what the database does not keep', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.context.progress(10, 'at\0work');
    predict.runs[0]!.fail(new CairnError('training-failed', 'The step said a\0b.', { where: 'half \uD800' }));
    expect(await jobs.wait(job.id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      problem: { code: 'training-failed', detail: 'The step said a\uFFFDb.', where: 'half \uFFFD' },
    });
  });

  it('keeps the words of an unexpected error in its log, out of its problem', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.fail(new TypeError('secret detail'));
    const ended = await jobs.wait(job.id);
    expect(ended.problem).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(ended.problem)).not.toContain('secret detail');
    expect(await jobs.log(job.id)).toContain('TypeError: secret detail');
  });

  it.each<[string, Error]>([
    ['this program', Object.assign(new Error('write'), { code: 'ENOSPC', syscall: 'write' })],
    [
      'a step',
      new CairnError('training-failed', 'The step train ended with 1: OSError: [Errno 28] No space left on device.'),
    ],
    ['MLflow', new CairnError('mlflow-unavailable', 'It is away.', { cause: new Error('database or disk is full') })],
  ])('names a full disk as such in the words of %s, though there is space again', async (_who, error) => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.fail(error);
    expect((await jobs.wait(job.id)).problem).toMatchObject({ code: 'disk-full' });
  });

  it('tells how far it is, and what its process logged', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    const { context, finish } = predict.runs[0]!;
    for (let block = 0; block <= 42; block++) context.progress(block, `block ${block}`);
    context.log('read 42 blocks');
    await expect.poll(async () => jobs.get(job.id)).toMatchObject({ progress: 42, message: 'block 42' });
    finish();
    await jobs.wait(job.id);
    expect(await jobs.log(job.id)).toMatch(/^\S+Z predict started, attempt 1\n\S+Z read 42 blocks\n\S+Z successful\n$/);
  });

  it('has steps by name, each with its state and times; a new attempt begins them again', async () => {
    const first = await gateways.start({ predict });
    const { job } = await first.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.context.step('Look at the image');
    predict.runs[0]!.context.step('Find buildings');
    predict.runs[0]!.context.step('Find buildings');
    await expect
      .poll(async () => first.get(job.id))
      .toMatchObject({
        message: 'Find buildings',
        steps: [
          { name: 'Look at the image', status: 'successful', finished: expect.stringMatching(/Z$/) as string },
          { name: 'Find buildings', status: 'running', started: expect.stringMatching(/Z$/) as string },
        ],
      });
    await first.stop();
    const second = await gateways.start({ predict });
    await predict.started(2);
    predict.runs[1]!.context.step('Look at the image');
    predict.runs[1]!.fail(new CairnError('imagery-corrupt', 'The image is cut short.'));
    const { steps } = await second.wait(job.id);
    expect(steps).toMatchObject([{ name: 'Look at the image', status: 'failed' }]);
  });

  it('keeps its work folder over an interruption, and leaves none when it has ended', async () => {
    const first = await gateways.start({ predict });
    const { job } = await first.submit('predict', request('scene'), mapper);
    await predict.started(1);
    await mkdir(join(gateways.folder, job.id, 'work'), { recursive: true });
    await first.stop();
    expect(existsSync(join(gateways.folder, job.id, 'work'))).toBe(true);
    const second = await gateways.start({ predict });
    await predict.started(2);
    predict.runs[1]!.finish();
    await second.wait(job.id);
    await expect.poll(() => existsSync(join(gateways.folder, job.id))).toBe(false);
    expect(await second.log(job.id)).toContain('attempt 2');
  });

  it('is refused at the door, with a pointer, where its inputs do not fit', async () => {
    const jobs = await gateways.start({ predict });
    const wrong = jobs.submit('predict', { ...request('scene'), threshold: 7 }, mapper);
    await expect(wrong).rejects.toMatchObject({ code: 'input-invalid', more: { where: '/inputs/threshold' } });
    await expect(jobs.submit('predict', null, mapper)).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await jobs.list({ limit: 10 })).jobs).toEqual([]);
  });

  it('is joined by an identical request in flight, whatever the order of its members', async () => {
    const jobs = await gateways.start({ predict });
    const first = await jobs.submit('predict', { model: 'building-detector', imagery: 'scene' }, mapper);
    const second = await jobs.submit('predict', { imagery: 'scene', model: 'building-detector' }, mapper);
    const other = await jobs.submit('predict', request('scene'), scientist);
    expect(second).toMatchObject({ joined: true, job: { id: first.job.id } });
    expect(other.joined).toBe(false);
    await predict.started(2);
    for (const run of predict.runs) run.finish();
    await jobs.wait(first.job.id);
    expect((await jobs.submit('predict', request('scene'), mapper)).joined).toBe(false);
  });
});

describe('lanes', () => {
  it('hold two predictions at a time, the others wait in the order of their arrival', async () => {
    const jobs = await gateways.start({ predict });
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await jobs.submit('predict', request(name), mapper)).job.id);
    await predict.started(2);
    await expect(Promise.race([predict.started(3), new Promise((done) => setTimeout(done, 300, 'two'))])).resolves.toBe(
      'two',
    );
    predict.runs[1]!.finish();
    await predict.started(3);
    predict.runs[2]!.finish();
    await predict.started(4);
    expect(predict.runs.map(({ imagery }) => imagery)).toEqual(['a', 'b', 'c', 'd']);
    predict.runs[0]!.finish();
    predict.runs[3]!.finish();
    for (const id of ids) expect((await jobs.wait(id)).status).toBe('successful');
  });

  it('let a mapper pass a training', async () => {
    const train: Process<'train-model'> = {
      id: 'train-model',
      run: (_inputs, { signal }) =>
        new Promise<ProcessResult<'train-model'>>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    };
    const jobs = await gateways.start({ predict, 'train-model': train });
    for (const dataset of ['one', 'two', 'three']) {
      await jobs.submit('train-model', { model: 'building-detector', dataset }, scientist);
    }
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.finish();
    expect((await jobs.wait(job.id)).status).toBe('successful');
    const { jobs: training } = await jobs.list({ processes: ['train-model'], limit: 10 });
    expect(training.map(({ status }) => status).sort()).toEqual(['accepted', 'accepted', 'running']);
  });
});

describe('cancelling', () => {
  it('ends a running job and says so', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    expect((await jobs.dismiss(job.id, mapper)).status).toBe('dismissed');
    expect(await events(job.id)).toEqual(['job.accepted', 'job.started', 'job.cancelled', 'job.dismissed']);
  });

  it('ends a waiting job at once, and it is never started', async () => {
    const jobs = await gateways.open({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    expect((await jobs.dismiss(job.id, mapper)).status).toBe('dismissed');
    const next = await jobs.submit('predict', request('next'), mapper);
    await jobs.start();
    await predict.started(1);
    predict.runs[0]!.finish();
    await jobs.wait(next.job.id);
    expect(predict.runs.map(({ imagery }) => imagery)).toEqual(['next']);
    expect(await events(job.id)).toEqual(['job.accepted', 'job.dismissed']);
  });

  it('comes too late for a finished job, which stays as it is', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    predict.runs[0]!.finish();
    await jobs.wait(job.id);
    expect((await jobs.dismiss(job.id, mapper)).status).toBe('successful');
    expect(await events(job.id)).not.toContain('job.cancelled');
  });

  it('is for the account that asked, and for administrators', async () => {
    const jobs = await gateways.start({ predict });
    const { job } = await jobs.submit('predict', request('scene'), mapper);
    await predict.started(1);
    await expect(jobs.dismiss(job.id, scientist)).rejects.toMatchObject({ code: 'not-allowed' });
    expect((await jobs.dismiss(job.id, administrator)).status).toBe('dismissed');
  });

  it('reaches a job that another gateway runs', async () => {
    const runner = await gateways.start({ predict });
    const other = await gateways.open({ predict });
    const { job } = await runner.submit('predict', request('scene'), mapper);
    await predict.started(1);
    await other.dismiss(job.id, mapper);
    expect((await other.wait(job.id)).status).toBe('dismissed');
  });
});

describe('a gateway that ends', () => {
  it('leaves its jobs to the next start when it is stopped', async () => {
    const first = await gateways.start({ predict });
    const { job } = await first.submit('predict', request('scene'), mapper);
    await predict.started(1);
    await first.stop();
    expect(await first.get(job.id)).toMatchObject({ status: 'running' });
    const second = await gateways.start({ predict });
    await predict.started(2);
    predict.runs[1]!.finish();
    expect(await second.wait(job.id)).toMatchObject({ status: 'successful', attempt: 2 });
    expect(await events(job.id)).toEqual(['job.accepted', 'job.started', 'job.started', 'job.successful']);
  });

  it('is noticed at the next start when it was killed, long before its lease runs out', async () => {
    const id = await runningJob(database, await ownerOfDead(), '1 hour');
    const jobs = await gateways.start({ predict });
    await predict.started(1);
    predict.runs[0]!.finish();
    expect(await jobs.wait(id)).toMatchObject({ status: 'successful', attempt: 2 });
  });

  it('loses its jobs when its lease runs out, and what it still writes then is not taken', async () => {
    const id = await runningJob(database, 'some other machine', '1 hour');
    const jobs = await gateways.start({ predict });
    expect(predict.runs).toHaveLength(0);
    await database.query('update cairn.job set lease_until = clock_timestamp() where id = $1', [id]);
    await predict.started(1);
    await database.query("update cairn.job set lease_owner = 'some other machine' where id = $1", [id]);
    await expect.poll(() => predict.runs[0]!.context.signal.aborted).toBe(true);
    expect(await jobs.get(id)).toMatchObject({ status: 'running', attempt: 2 });
  });
});

async function runningJob(on: Database, owner: string, lease: string): Promise<string> {
  const [row] = await on.query<{ id: string }>(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, attempt, lease_owner, lease_until)
     values ('left-behind', 'predict', $1, 'd', 'running', 'amina', 1, $2, clock_timestamp() + $3::interval) returning id`,
    [request('scene'), owner, lease],
  );
  return row!.id;
}

/** The name of this machine's lease owners, with a process that cannot be alive. */
async function ownerOfDead(): Promise<string> {
  const parts = (await nameOwner()).split(' ');
  return [...parts.slice(0, 3), '4194305', '1', 'gone'].join(' ');
}
