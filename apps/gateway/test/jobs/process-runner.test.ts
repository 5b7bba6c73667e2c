import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../../src/jobs/plan.ts';
import { ProcessRunner } from '../../src/jobs/runner/process/process-runner.ts';
import { reasonOf } from '../../src/jobs/runner/process/step-output.ts';
import type { PlanRun } from '../../src/jobs/runner/runner.ts';
import type { MlflowRun } from '../../src/registry/mlflow/entities.ts';
import { Children } from '../../src/supervise/child.ts';
import { readProcess } from '../../src/supervise/proc.ts';
import { tools } from '../db/template.ts';
import { openMlflow, type TestMlflow } from '../registry/mlflow-fixture.ts';
import { quietLogger } from '../registry/quiet.ts';

let mlflow: TestMlflow;
let home: string;
let run: MlflowRun;
beforeAll(async () => {
  mlflow = await openMlflow();
  // A name that neither a shell nor an address takes as it is.
  home = await mkdtemp(join(tmpdir(), "cairn runner #1 'a'"));
  const experimentId = await mlflow.client.experiment('steps');
  run = await mlflow.client.createRun({ experimentId, name: 'steps', tags: {} });
});
afterAll(async () => {
  await mlflow.close();
  await rm(home, { recursive: true, force: true });
});

let folder: string;
let told: { percent: number; message: string }[];
let logged: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(home, 'job-'));
  await cp(fileURLToPath(new URL('package', import.meta.url)), join(folder, 'package'), { recursive: true });
  told = [];
  logged = [];
});

const path = process.env['PATH'] ?? '';
function runner(options: { tools?: string; manager?: 'uv' | 'local' } = {}): ProcessRunner {
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: path, HOME: home },
    logger: quietLogger(),
  });
  return new ProcessRunner({
    children,
    tools,
    environments: join(home, 'environments'),
    manager: 'local',
    path,
    ...options,
  });
}

function step(entryPoint: string, more: Partial<PlanStep> = {}): PlanStep {
  const limits = { first: 300, silence: 300, total: 300 };
  return { name: entryPoint, entryPoint, parameters: {}, inputs: [], outputs: [], limits, share: [0, 100], ...more };
}

async function planRun(signal = new AbortController().signal): Promise<PlanRun> {
  const { address } = await mlflow.server.ensure();
  return {
    folder,
    tracking: { uri: address, token: 'token-of-the-job', experimentId: run.experimentId, runId: run.runId },
    environment: { CAIRN_SOURCE_COMMIT: 'abc' },
    signal,
    progress: (percent, message) => void told.push({ percent, message }),
    log: (line) => void logged.push(line),
  };
}

async function execute(
  steps: PlanStep[],
  signal?: AbortSignal,
  options: { tools?: string; manager?: 'uv' | 'local' } = {},
): Promise<void> {
  await runner(options).run({ package: 'package', steps } satisfies Plan, await planRun(signal));
}

describe('a plan run by MLflow', () => {
  it('runs its steps in order, shows them the job and nothing of the gateway, and follows their progress', async () => {
    await writeFile(join(folder, 'given'), '');
    const text = `two words; "quotes" $HOME`;
    await execute([
      step('write', {
        parameters: { text, out: { path: 'first' } },
        inputs: ['given'],
        outputs: ['first'],
        share: [0, 40],
      }),
      step('environment', { parameters: { out: { path: 'seen' } }, inputs: ['first'], share: [40, 100] }),
    ]);
    expect(await readFile(join(folder, 'first'), 'utf8')).toBe(text);
    const writing = told.filter(({ message }) => message === 'write: writing');
    expect(writing.map(({ percent }) => percent)).toEqual([0, 20, 40]);
    expect(told.at(-1)).toEqual({ percent: 100, message: 'environment: done' });
    expect(logged.filter((line) => /^(step|wrote)/.test(line))).toEqual(['step write', 'wrote it', 'step environment']);
    const seen = JSON.parse(await readFile(join(folder, 'seen'), 'utf8')) as Record<string, string>;
    expect(seen).toMatchObject({
      MLFLOW_RUN_ID: run.runId,
      MLFLOW_TRACKING_TOKEN: 'token-of-the-job',
      CAIRN_SOURCE_COMMIT: 'abc',
      GIT_CEILING_DIRECTORIES: folder,
    });
    const gateways = Object.keys(process.env).filter((name) => /^(CAIRN|VITEST|npm_|NODE)/.test(name));
    expect(gateways.length).toBeGreaterThan(0);
    expect(gateways.filter((name) => name in seen)).toEqual([]);
  });

  it('fails with the words of the step that failed', async () => {
    const failing = execute([step('fail'), step('write')]);
    await expect(failing).rejects.toMatchObject({
      code: 'training-failed',
      message: 'The step fail ended with 1: the chips have no colour.',
      more: { where: 'fail' },
    });
    expect((await mlflow.client.findRunById(run.runId))?.status).toBe('FAILED');
  });

  it('ends what it started when it is cancelled, also what has left its group', async () => {
    const controller = new AbortController();
    const hanging = execute([hang()], controller.signal);
    hanging.catch(() => undefined);
    await expect.poll(() => told.some(({ message }) => message === 'hang: thinking'), { timeout: 100_000 }).toBe(true);
    controller.abort(new Error('not wanted any more'));
    await expect(hanging).rejects.toThrow('not wanted any more');
    await expectGone();
  });
});

// MLflow takes seconds to load, so what does not depend on it is tried with a program in its place.
describe('a step', () => {
  it('does not start without its inputs, and is missed its outputs', async () => {
    const tools = await directTools();
    const write = { parameters: { text: 'a', out: { path: 'o' } } };
    await expect(execute([step('write', { ...write, inputs: ['missing'] })], undefined, { tools })).rejects.toThrow(
      'The step write needs missing.',
    );
    await expect(execute([step('write', { ...write, outputs: ['other'] })], undefined, { tools })).rejects.toThrow(
      'The step write left no other.',
    );
  });

  it('is ended when it is silent for too long, with all that it started', async () => {
    const limits = { first: 120, silence: 1, total: 300 };
    const silent = execute([hang({ limits })], undefined, { tools: await directTools() });
    await expect(silent).rejects.toThrow('The step hang was silent for 1 s.');
    await expectGone();
  });

  it('is ended when it takes too long', async () => {
    const limits = { first: 300, silence: 300, total: 1 };
    const long = execute([hang({ limits })], undefined, { tools: await directTools() });
    await expect(long).rejects.toThrow('The step hang took longer than 1 s.');
  });

  it('needs its tools, and is told which is missing', async () => {
    await expect(execute([], undefined, { tools: home })).rejects.toMatchObject({ code: 'tools-missing' });
    const withoutUv = execute([], undefined, { tools: await directTools(), manager: 'uv' });
    await expect(withoutUv).rejects.toMatchObject({ code: 'uv-missing' });
  });

  it('does not meet an environment that a killed gateway left half built', async () => {
    const half = join(home, 'environments', 'half');
    await mkdir(half, { recursive: true });
    await execute([]);
    expect(await readdir(join(home, 'environments'))).toContain('half');
    await writeFile(join(home, 'environments', 'building'), '');
    await execute([]);
    expect(await readdir(join(home, 'environments'))).toEqual([]);
  });
});

function hang(more: Partial<PlanStep> = {}): PlanStep {
  return step('hang', { parameters: { pids: { path: 'pids' } }, ...more });
}

/** A tools folder whose `mlflow` runs the entry point by itself. */
async function directTools(): Promise<string> {
  const folder = await mkdtemp(join(home, 'tools-'));
  await mkdir(join(folder, 'python', 'bin'), { recursive: true });
  const script = [
    '#!/usr/bin/env python3',
    'import os, sys',
    "values = [sys.argv[i + 1].split('=', 1)[1] for i, word in enumerate(sys.argv) if word == '-P']",
    "os.execvp('python3', ['python3', f'{sys.argv[2]}/steps.py', sys.argv[4], *values])",
  ].join('\n');
  await writeFile(join(folder, 'python', 'bin', 'mlflow'), script, { mode: 0o755 });
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

async function expectGone(): Promise<void> {
  const pids = JSON.parse(await readFile(join(folder, 'pids'), 'utf8')) as number[];
  expect(pids).toHaveLength(2);
  for (const pid of pids) {
    await expect.poll(async () => ['Z', undefined].includes((await readProcess(pid))?.state)).toBe(true);
  }
}
