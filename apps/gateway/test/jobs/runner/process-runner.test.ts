import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessRunner } from '../../../src/jobs/runner/process/process-runner.ts';
import { mayPass, reasonOf } from '../../../src/jobs/runner/step-output.ts';
import type { MlflowRun } from '../../../src/registry/mlflow/entities.ts';
import { Children } from '../../../src/supervise/child.ts';
import { readProcess } from '../../../src/supervise/proc.ts';
import { tools } from '../../db/template.ts';
import { openMlflow, type TestMlflow } from '../../registry/mlflow-fixture.ts';
import { quietLogger } from '../../registry/quiet.ts';
import { describeRunner, pidsOf, type RunnerJob, step } from './contract.ts';
import { TryNotes } from './try-notes.ts';

let mlflow: TestMlflow;
let home: string;
let run: MlflowRun;
const notes = new TryNotes();
beforeAll(async () => {
  await notes.listen('127.0.0.1');
  mlflow = await openMlflow();
  // A name that neither a shell nor an address takes as it is.
  home = await mkdtemp(join(tmpdir(), "cairn runner #1 'a'"));
  const experimentId = await mlflow.client.experiment('steps');
  run = await mlflow.client.createRun({ experimentId, name: 'steps', tags: {} });
});
afterAll(async () => {
  await mlflow.close();
  await notes.close();
  await rm(home, { recursive: true, force: true });
});

const path = process.env['PATH'] ?? '';
const token = 'token-of-the-job';

/** A job of this machine; `tools` are those of Cairn unless others are named. */
async function openJob(options: { tools?: string; manager?: 'uv' | 'local' } = {}): Promise<RunnerJob> {
  const folder = await mkdtemp(join(home, 'job-'));
  await cp(fileURLToPath(new URL('package', import.meta.url)), join(folder, 'package'), { recursive: true });
  const runFolder = join(folder, 'run');
  const environment = { PATH: path, HOME: home };
  const children = new Children({ runFolder, logFolder: join(folder, 'logs'), environment, logger: quietLogger() });
  const environments = join(home, 'environments');
  const runner = new ProcessRunner({ children, tools, environments, manager: 'local', path, ...options });
  const job: RunnerJob = {
    told: [],
    logged: [],
    begun: [],
    token,
    tries: notes.of(folder),
    run: async (steps, signal = new AbortController().signal) => {
      const { address } = await mlflow.server.ensure();
      await runner.run(
        { package: 'package', steps },
        {
          job: 'job',
          image: null,
          folder,
          tracking: { uri: address, token, experimentId: run.experimentId, runId: run.runId },
          environment: { CAIRN_SOURCE_COMMIT: 'abc', TRIES: notes.addressFor(folder) },
          signal,
          progress: (percent, message) => void job.told.push({ percent, message }),
          step: (name) => void job.begun.push(name),
          log: (line) => void job.logged.push(line),
        },
      );
    },
    read: (file) => readFile(join(folder, file), 'utf8'),
    takeAway: async () => {
      await expect.poll(() => readdir(runFolder)).toHaveLength(1);
      const [record] = await readdir(runFolder);
      process.kill(Number(/\d+/.exec(record!)![0]), 'SIGKILL');
    },
    alive: async (pids) => {
      const states = await Promise.all(pids.map(async (pid) => (await readProcess(pid))?.state));
      return pids.filter((_, i) => states[i] !== undefined && states[i] !== 'Z');
    },
  };
  return job;
}

// MLflow takes seconds to load, so a program stands in its place; the full suite has it run every case.
describeRunner('local processes', async () => openJob({ tools: await directTools() }));
if (process.env['CAIRN_TEST_FULL'] === '1') describeRunner('local processes by MLflow', () => openJob());

describe('a plan run by MLflow', () => {
  it('shows its steps the job and nothing of the gateway', async () => {
    const job = await openJob();
    const text = `two words; "quotes" $HOME`;
    await job.run([
      step('write', { parameters: { text, out: { path: 'first' } }, outputs: ['first'] }),
      step('environment', { parameters: { out: { path: 'seen' } }, inputs: ['first'] }),
    ]);
    expect(await job.read('first')).toBe(text);
    const seen = JSON.parse(await job.read('seen')) as Record<string, string>;
    expect(seen).toMatchObject({
      MLFLOW_RUN_ID: run.runId,
      MLFLOW_TRACKING_TOKEN: token,
      CAIRN_SOURCE_COMMIT: 'abc',
      GIT_CEILING_DIRECTORIES: expect.stringContaining('job-') as unknown,
    });
    const gateways = Object.keys(process.env).filter((name) => /^(CAIRN|VITEST|npm_|NODE)/.test(name));
    expect(gateways.length).toBeGreaterThan(0);
    expect(gateways.filter((name) => name in seen)).toEqual([]);
  });

  it('fails with the words of the step that failed, in MLflow too', async () => {
    const job = await openJob();
    await expect(job.run([step('fail'), step('write')])).rejects.toMatchObject({
      message: 'The step fail ended with 1: the chips have no colour.',
    });
    expect((await mlflow.client.findRunById(run.runId))?.status).toBe('FAILED');
  });

  it('ends what it started when it is cancelled, also what has left its group', async () => {
    const job = await openJob();
    const controller = new AbortController();
    const hanging = job.run([step('hang')], controller.signal);
    hanging.catch(() => undefined);
    await expect
      .poll(() => job.told.some(({ message }) => message === 'hang: thinking'), { timeout: 100_000 })
      .toBe(true);
    controller.abort(new Error('not wanted any more'));
    await expect(hanging).rejects.toThrow('not wanted any more');
    expect(pidsOf(job)).toHaveLength(2);
    await expect.poll(() => job.alive(pidsOf(job))).toEqual([]);
  });
});

describe('the tools of a runner', () => {
  it('are needed, and it is told which is missing', async () => {
    const without = await openJob({ tools: home });
    await expect(without.run([])).rejects.toMatchObject({ code: 'tools-missing' });
    const withoutUv = await openJob({ tools: await directTools(), manager: 'uv' });
    await expect(withoutUv.run([])).rejects.toMatchObject({ code: 'uv-missing' });
  });
});

/** A tools folder whose `mlflow` runs the entry point by itself. */
async function directTools(): Promise<string> {
  const folder = await mkdtemp(join(home, 'tools-'));
  await mkdir(join(folder, 'python', 'bin'), { recursive: true });
  await cp(fileURLToPath(new URL('direct-mlflow.py', import.meta.url)), join(folder, 'python', 'bin', 'mlflow'));
  return folder;
}

describe('the reason of a failure', () => {
  it.each([
    ['its own words', 'progress 3 x\nerror: no chips\n2026 ERROR mlflow.cli: === Run failed ===', 'no chips'],
    ['the end of a traceback', 'Traceback\n  File "a.py"\nValueError: bad\nprogress 4 y', 'ValueError: bad'],
    ['its last line', 'one\ntwo\n\n', 'two'],
    ['nothing', 'progress 3 x', 'it said nothing'],
  ])('is %s', (_what, tail, reason) => {
    expect(reasonOf(tail)).toBe(reason);
  });
});

describe('what may pass by itself', () => {
  const ended = { code: 1, signal: null };
  it.each([
    [
      'an index that cannot be reached',
      'error: Request failed after 3 retries in 1.4s\n  cause: Failed to fetch: https://a/b\n  cause: dns error\nmlflow.utils.process.ShellCommandException: Non-zero exit code: 2',
    ],
    [
      'an MLflow that was away',
      "mlflow.exceptions.MlflowException: API request to http://a failed with exception HTTPConnectionPool(host='a', port=9): Max retries exceeded with url: /b",
    ],
  ])('is %s', (_what, tail) => {
    expect(mayPass(ended, tail)).toBe(true);
  });

  it.each([
    ['what the package says is wrong', 'ConnectionError: it was away once\nerror: the chips have no colour'],
    ['an error of its own', 'Traceback\nValueError: bad'],
    ['a lock that names what is not there', 'error: No solution found when resolving dependencies:\n  cause: foo==9'],
  ])('is not %s', (_what, tail) => {
    expect(mayPass(ended, tail)).toBe(false);
  });

  it('is what was killed', () => {
    expect(mayPass({ code: null, signal: 'SIGKILL' }, 'error: bad')).toBe(true);
  });
});
