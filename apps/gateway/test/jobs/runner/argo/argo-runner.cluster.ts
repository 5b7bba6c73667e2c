import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HandedOver } from '../../../../src/jobs/handed-over.ts';
import type { ArgoRunner } from '../../../../src/jobs/runner/argo/argo-runner.ts';
import { readKubeconfig } from '../../../../src/kubernetes/kubeconfig.ts';
import { Kubernetes } from '../../../../src/kubernetes/kubernetes.ts';
import { openArgoRunner } from '../../../../src/jobs/runner/argo/open.ts';
import { hasBegun, type PodState } from '../../../../src/jobs/runner/argo/workflow-state.ts';
import { describeRunner, type RunnerJob, step } from '../contract.ts';
import { TryNotes } from '../try-notes.ts';

/** What tools/test-cluster.sh tells of the cluster. */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run "make test-cluster".`);
  return value;
}

const namespace = 'cairn';
const image = setting('CAIRN_TEST_IMAGE');
const host = setting('CAIRN_TEST_HOST');
const token = 'token-of-the-job';
const store = {
  endpoint: setting('CAIRN_TEST_S3_ENDPOINT'),
  region: 'us-east-1',
  bucket: setting('CAIRN_TEST_S3_BUCKET'),
  prefix: 'cairn-tests',
  accessKey: setting('CAIRN_TEST_S3_ACCESS_KEY'),
  secretKey: setting('CAIRN_TEST_S3_SECRET_KEY'),
  secret: 'artifact-store',
};
const resources = { cpu: '50m', memory: '128Mi', storage: '64Mi' };

const notes = new TryNotes();
const opened: string[] = [];
let home: string;
let admin: Kubernetes;
let runner: ArgoRunner;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-argo-'));
  await notes.listen('0.0.0.0');
  admin = new Kubernetes({ access: await readKubeconfig(setting('KUBECONFIG')) });
  runner = await openRunner();
});
afterEach(async () => {
  for (const job of opened.splice(0)) await runner.end(job);
});
afterAll(async () => {
  await notes.close();
  admin.close();
  await rm(home, { recursive: true, force: true });
});

/** By the rights of the gateway, and no others. */
async function openRunner(): Promise<ArgoRunner> {
  return openArgoRunner({ kubeconfig: setting('CAIRN_TEST_KUBECONFIG'), namespace, resources, store });
}

interface ClusterJob extends RunnerJob {
  id: string;
  /** The same job, by another runner: that of the next gateway. */
  taken(): Promise<ClusterJob>;
}

async function openJob(id = randomUUID(), by = runner, image_: string | null = image): Promise<ClusterJob> {
  opened.push(id);
  const folder = await mkdtemp(join(home, 'job-'));
  const job: ClusterJob = {
    id,
    told: [],
    logged: [],
    begun: [],
    token,
    tries: notes.of(id),
    taken: async () => openJob(id, await openRunner()),
    run: (steps, signal = new AbortController().signal) =>
      by.run(
        { package: 'package', steps },
        {
          job: id,
          folder,
          image: image_,
          tracking: { uri: 'http://mlflow.invalid', token, experimentId: '1', runId: `run-of-${id}` },
          environment: { TRIES: notes.addressFor(id, host) },
          signal,
          progress: (percent, message) => void job.told.push({ percent, message }),
          step: (name) => void job.begun.push(name),
          log: (line) => void job.logged.push(line),
        },
      ),
    read: (file) => readFile(join(folder, file), 'utf8'),
    takeAway: async () => {
      const [pod] = await running(id);
      await admin.json({
        method: 'DELETE',
        path: `/api/v1/namespaces/${namespace}/pods/${pod!.metadata.name}`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 },
      });
    },
    // A container's processes have a number space of their own, which ends with it.
    alive: async (pids) => ((await running(id)).length > 0 ? pids : []),
  };
  return job;
}

async function podsOf(id: string): Promise<PodState[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=workflows.argoproj.io%2Fworkflow%3Dcairn-${id}`;
  return (await admin.json<{ items: PodState[] }>({ method: 'GET', path }))!.items;
}

/** The pods of a job whose package runs. */
async function running(id: string): Promise<PodState[]> {
  const isRunning = ({ status }: PodState): boolean =>
    status?.containerStatuses?.some(({ name, state }) => name === 'main' && state?.running !== undefined) === true;
  return (await podsOf(id)).filter((pod) => hasBegun(pod) && isRunning(pod));
}

describeRunner('Argo Workflows', openJob);

const slow = { timeout: 300_000 };
const until = (job: RunnerJob, message: string) =>
  expect.poll(() => job.told.some((word) => word.message === message), { timeout: 150_000 }).toBe(true);

describe('a workflow', () => {
  it('goes on when its job is handed over, and the next gateway takes it up where it is', slow, async () => {
    const job = await openJob();
    const controller = new AbortController();
    const steps = [
      step('write', { parameters: { text: 'a', out: { path: 'first' } }, outputs: ['first'] }),
      step('linger', { parameters: { out: { path: 'out' } }, inputs: ['first'], outputs: ['out'] }),
    ];
    const first = job.run(steps, controller.signal);
    first.catch(() => undefined);
    await until(job, 'linger: lingering');
    controller.abort(new HandedOver(job.id));
    await expect(first).rejects.toThrow('goes on without this gateway');
    expect(await running(job.id)).toHaveLength(1);

    const next = await job.taken();
    expect(await runner.left(job.id)).toEqual({ runId: `run-of-${job.id}`, token });
    notes.release(job.id);
    await next.run(steps);
    expect(await next.read('out')).toBe('well');
    expect(job.tries).toHaveLength(1);
    expect(next.begun).toEqual(['write', 'linger']);
    expect(next.logged).toContain('wrote it');
  });

  it('is found ended by the gateway that takes it up, with all that it said and left', slow, async () => {
    const job = await openJob();
    const controller = new AbortController();
    const steps = [step('linger', { parameters: { out: { path: 'out' } }, outputs: ['out'] })];
    const first = job.run(steps, controller.signal);
    first.catch(() => undefined);
    await until(job, 'linger: lingering');
    controller.abort(new HandedOver(job.id));
    await first.catch(() => undefined);
    notes.release(job.id);
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/cairn-${job.id}`;
    const phase = async () => (await admin.json<{ status: { phase: string } }>({ method: 'GET', path }))?.status.phase;
    await expect.poll(phase, { timeout: 100_000 }).toBe('Succeeded');

    const next = await job.taken();
    await next.run(steps);
    expect(await next.read('out')).toBe('well');
    expect(next.logged).toContain('wrote it');
    expect(job.tries).toHaveLength(1);
  });

  it('is not taken up by the run of another start of the job', slow, async () => {
    const job = await openJob();
    const controller = new AbortController();
    const first = job.run([step('hang')], controller.signal);
    first.catch(() => undefined);
    await until(job, 'hang: thinking');
    controller.abort(new HandedOver(job.id));
    await first.catch(() => undefined);
    const parameters = { text: 'anew', out: { path: 'first' } };
    const other = {
      ...(await runner.left(job.id))!,
      experimentId: '1',
      uri: 'http://mlflow.invalid',
      runId: 'another',
    };
    const folder = await mkdtemp(join(home, 'job-'));
    await runner.run(
      { package: 'package', steps: [step('write', { parameters, outputs: ['first'] })] },
      {
        job: job.id,
        folder,
        image,
        tracking: other,
        environment: {},
        signal: new AbortController().signal,
        progress: () => undefined,
        step: () => undefined,
        log: () => undefined,
      },
    );
    expect(await readFile(join(folder, 'first'), 'utf8')).toBe('anew');
  });

  it('holds no secret, and leaves nothing behind when its job has ended', slow, async () => {
    const job = await openJob();
    const out = { path: 'seen' };
    await job.run([step('environment', { parameters: { out }, outputs: ['seen'] })]);
    expect(JSON.parse(await job.read('seen'))).toMatchObject({ MLFLOW_TRACKING_TOKEN: token });
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/cairn-${job.id}`;
    const manifest = JSON.stringify(await admin.json({ method: 'GET', path }));
    for (const secret of [token, store.secretKey]) expect(manifest).not.toContain(secret);

    await runner.end(job.id);
    expect(await admin.json({ method: 'GET', path })).toBeNull();
    expect(
      await admin.json({ method: 'GET', path: `/api/v1/namespaces/${namespace}/secrets/cairn-${job.id}` }),
    ).toBeNull();
    expect(await podsOf(job.id)).toEqual([]);
    expect(await runner.left(job.id)).toBeNull();
  });

  it('needs an image of the package', async () => {
    const job = await openJob(randomUUID(), runner, null);
    await expect(job.run([step('write')])).rejects.toMatchObject({ code: 'image-missing' });
  });

  it('tells why a container does not start, before the limit ends it', slow, async () => {
    const job = await openJob(randomUUID(), runner, `${image.split('@')[0]}@sha256:${'0'.repeat(64)}`);
    const limits = { first: 20, silence: 20, total: 300 };
    await expect(job.run([step('write', { limits })])).rejects.toThrow('The step write was silent for 20 s.');
    expect(job.logged.join('\n')).toMatch(/the step write waits: (ErrImagePull|ImagePullBackOff)/);
  });
});
