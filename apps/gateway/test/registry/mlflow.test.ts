import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { weightsAddress } from '../../src/inference/backend/seldon/deployment.ts';
import { MlflowClient } from '../../src/registry/mlflow/client.ts';
import { RemoteMlflow } from '../../src/registry/mlflow/remote.ts';
import { MlflowServer } from '../../src/registry/mlflow/server.ts';
import { MlflowError } from '../../src/registry/mlflow/transport.ts';
import { Children } from '../../src/supervise/child.ts';
import { freePort } from '../../src/supervise/free-port.ts';
import { tools } from '../db/template.ts';
import { openMlflow, type TestMlflow } from './mlflow-fixture.ts';
import { quietLogger } from './quiet.ts';

let mlflow: TestMlflow;
beforeAll(async () => {
  mlflow = await openMlflow();
});
afterAll(async () => mlflow.close());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const run = (name: string) => ({
  experimentId: '0',
  name,
  tag: 'cairn.import',
  value: digestOf(name),
  tags: { a: '1' },
});

/** Ends MLflow as a user's `kill -9` would: its first process, or the one that answers. */
async function kill(which: 'leader' | 'worker'): Promise<void> {
  const leader = (await mlflow.pids()).at(-1)!;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(leader)]);
  process.kill(which === 'leader' ? leader : Number(stdout.trim().split('\n')[0]), 'SIGKILL');
}

/** A way to the real MLflow by a port of its own, which may be closed while MLflow goes on. */
async function openWay(port: number): Promise<{ close: () => void }> {
  const { address } = await mlflow.server.ensure();
  const open = new Set<Socket>();
  const way = createServer((from) => {
    const to = connect(Number(new URL(address).port), '127.0.0.1');
    for (const end of [from, to]) open.add(end.on('error', () => undefined));
    from.pipe(to).pipe(from);
  });
  await new Promise<void>((resolve) => way.listen(port, '127.0.0.1', resolve));
  return {
    close: () => {
      way.close();
      for (const end of open) end.destroy();
    },
  };
}

describe('MLflow', () => {
  it('sleeps until it is needed, and is started once for all who ask at the same time', async () => {
    expect(mlflow.server.state).toBe('asleep');
    expect(await mlflow.server.rssMiB()).toBeNull();
    const [first, second] = await Promise.all([mlflow.server.ensure(), mlflow.server.ensure()]);
    expect(second).toEqual(first);
    expect(await mlflow.pids()).toHaveLength(1);
    expect(mlflow.server.state).toBe('up');
    expect(await mlflow.server.rssMiB()).toBeGreaterThan(50);
  });

  it('keeps its state in its own folder', async () => {
    const database = await readFile(join(mlflow.home, 'mlflow', 'mlflow.db'));
    expect(database.subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  it('answers the same experiment for the same name, also after it was deleted', async () => {
    const id = await mlflow.client.experiment('building-detector');
    const { address } = await mlflow.server.ensure();
    await fetch(`${address}/api/2.0/mlflow/experiments/delete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ experiment_id: id }),
    });
    expect(await mlflow.client.experiment('building-detector')).toBe(id);
  });

  it('finds a run by its tag instead of making a second one, and forgets it when it is deleted', async () => {
    const first = await mlflow.client.findOrCreateRun(run('once'));
    const second = await mlflow.client.findOrCreateRun(run('once'));
    expect(second.runId).toBe(first.runId);
    expect(second.tags).toMatchObject({ a: '1', 'cairn.import': digestOf('once') });
    await mlflow.client.deleteRun(first.runId);
    await mlflow.client.deleteRun(first.runId);
    expect(await mlflow.client.findRun('0', 'cairn.import', digestOf('once'))).toBeNull();
  });

  it('keeps parameters, metrics beyond the limit of one request, datasets and how a run ended', async () => {
    const { runId, startTime } = await mlflow.client.findOrCreateRun(run('logged'));
    const parameters = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`p${i}`, String(i)]));
    const metrics = Array.from({ length: 1000 }, (_, step) => ({
      key: 'loss',
      value: 1 / (step + 1),
      timestamp: startTime,
      step,
    }));
    // Twice, as after an interruption: the same points stay the same points.
    for (let i = 0; i < 2; i++) await mlflow.client.logBatch(runId, { parameters, metrics, tags: { note: 'ä' } });
    await mlflow.client.logDataset(runId, { name: 'scene', digest: digestOf('scene'), source: 'run.json' });
    await mlflow.client.endRun(runId, 'FINISHED');
    const found = await mlflow.client.findRunById(runId);
    expect(found).toMatchObject({ status: 'FINISHED', parameters, tags: { note: 'ä' } });
    expect(found?.metrics).toEqual({ loss: 0.001 });
    expect(found?.endTime).toBeGreaterThanOrEqual(startTime);
    const points = await mlflow.client.metricPoints(runId, 'loss');
    expect([points[0], points.at(-1)]).toEqual([
      { step: 0, value: 1 },
      { step: 999, value: 0.001 },
    ]);
    expect(points.length).toBeGreaterThan(100);
    expect(points.length).toBeLessThan(500);
  });

  it('holds artifacts byte for byte under names that an address has to escape', async () => {
    const made = await mlflow.client.findOrCreateRun(run('artifacts'));
    await mlflow.client.uploadArtifact(made, 'model/a b+ü.bin', new Uint8Array([0, 255, 10]));
    await mlflow.client.uploadArtifact(made, 'card.md', bytes('# card'));
    expect(await mlflow.client.downloadArtifact(made, 'model/a b+ü.bin')).toEqual(new Uint8Array([0, 255, 10]));
    expect(await mlflow.client.downloadArtifact(made, 'none')).toBeNull();
    expect(await mlflow.client.listArtifacts(made)).toEqual([
      { path: 'card.md', folder: false, size: 6 },
      { path: 'model', folder: true, size: 0 },
    ]);
    expect(await mlflow.client.listArtifacts(made, 'model')).toEqual([
      { path: 'model/a b+ü.bin', folder: false, size: 3 },
    ]);
  });

  it('registers a model with versions, tags and aliases, each once', async () => {
    const { client } = mlflow;
    const made = await client.findOrCreateRun(run('registered'));
    expect(await client.registeredModel('m')).toBeNull();
    await client.findOrCreateModel('m', { kind: 'test' });
    await client.findOrCreateModel('m', {});
    const version = await client.findOrCreateVersion('m', made, 'model', { digest: 'd' });
    expect(await client.findOrCreateVersion('m', made, 'model', {})).toEqual(version);
    expect(version).toMatchObject({
      version: 1,
      runId: made.runId,
      source: `${made.artifactUri}/model`,
      tags: { digest: 'd' },
    });
    await client.uploadArtifact(made, 'model/model.onnx', bytes('weights'));
    const { address } = await mlflow.server.ensure();
    // As a node of a graph fetches them.
    expect(await (await fetch(weightsAddress(address, { model: 'm', version: 1 }))).text()).toBe('weights');
    await client.setVersionTags('m', 1, { stage: 'production' });
    await client.setAlias('m', 'production', 1);
    expect(await client.registeredModel('m')).toEqual({
      name: 'm',
      aliases: { production: 1 },
      tags: { kind: 'test' },
    });
    expect((await client.modelVersions('m'))[0]?.tags).toEqual({ digest: 'd', stage: 'production' });
    await client.deleteAlias('m', 'production');
    await client.deleteVersion('m', 1);
    expect(await client.modelVersions('m')).toEqual([]);
    await client.deleteModel('m');
    await client.deleteModel('m');
    expect(await client.registeredModel('m')).toBeNull();
  });

  it('says what it refuses', async () => {
    const refused = mlflow.client.createRun({ experimentId: '999', name: 'x', tags: {} });
    await expect(refused).rejects.toBeInstanceOf(MlflowError);
    await expect(refused).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });

  it.each(['leader', 'worker'] as const)('comes back with everything after a kill -9 of its %s', async (which) => {
    const before = await mlflow.client.findOrCreateRun(run(`kill-${which}`));
    await mlflow.client.uploadArtifact(before, 'kept.txt', bytes('kept'));
    const started = (await mlflow.pids()).length;
    await kill(which);
    // Whoever asks waits for the next start and does not see the death.
    const answers = await Promise.all([
      mlflow.client.findRunById(before.runId),
      mlflow.client.downloadArtifact(before, 'kept.txt'),
      mlflow.client.findOrCreateRun(run(`kill-${which}`)),
    ]);
    expect(answers[0]?.runId).toBe(before.runId);
    expect(answers[1]).toEqual(new Uint8Array(bytes('kept')));
    expect(answers[2].runId).toBe(before.runId);
    // The worker may have answered before its leader's death was seen: in the end there is one MLflow again.
    for (let i = 0; i < 100 && (await mlflow.pids()).length === started; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await mlflow.client.findRunById(before.runId);
    }
    expect(await mlflow.pids()).toHaveLength(started + 1);
  });

  it('starts also where it was killed while it made its database', async () => {
    const fresh = await openMlflow();
    try {
      const database = join(fresh.home, 'mlflow', 'mlflow.db');
      const starting = fresh.server.ensure();
      // Its tables are made in many steps, to some 950 kB: it is killed amid them.
      await vi.waitFor(async () => expect((await stat(database)).size).toBeGreaterThan(300_000), {
        timeout: 100_000,
        interval: 10,
      });
      // With its whole group: its worker, left alone, would finish what it does.
      process.kill(-(await fresh.pids()).at(-1)!, 'SIGKILL');
      await starting;
      expect(await fresh.pids()).toHaveLength(2);
      expect(await fresh.client.experiment('after')).toMatch(/^[0-9]+$/);
      expect(await readdir(dirname(database))).not.toContain('making');
    } finally {
      await fresh.close();
    }
  });

  it('says what is missing where the Python tools are not installed', async () => {
    const children = new Children({
      runFolder: join(mlflow.home, 'r'),
      logFolder: mlflow.home,
      environment: {},
      logger: quietLogger(),
    });
    const server = new MlflowServer({ children, tools: '/nowhere', folder: join(mlflow.home, 'other') });
    await expect(server.ensure()).rejects.toMatchObject({
      code: 'tools-missing',
      message: expect.stringContaining('/nowhere') as string,
    });
    expect(tools).not.toBe('/nowhere');
  });

  it('is waited for where it runs elsewhere and is not there yet, or not any more', async () => {
    const port = await freePort();
    let ups = 0;
    const remote = new RemoteMlflow({ address: `http://127.0.0.1:${port}`, onUp: () => (ups += 1) });
    expect(await remote.health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('REFUSED') as unknown,
    });
    const asked = new MlflowClient({ server: remote }).experiment('elsewhere');
    const way = await openWay(port);
    const id = await asked;
    expect(await remote.health()).toEqual({ state: 'up', address: `http://127.0.0.1:${port}` });
    way.close();
    const again = new MlflowClient({ server: remote }).experiment('elsewhere');
    await vi.waitFor(async () => expect((await remote.health()).state).toBe('down'));
    const second = await openWay(port);
    expect(await again).toBe(id);
    second.close();
    expect(ups).toBe(2);
    await remote.stop();
  });

  it('is said to be unreachable where it runs elsewhere and never comes', async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const remote = new RemoteMlflow({ address, patienceMs: 0 });
    await expect(remote.ensure()).rejects.toMatchObject({
      code: 'mlflow-unavailable',
      more: { where: new URL(address).host },
    });
  });

  it('is not started again once it is stopped', async () => {
    await mlflow.server.stop();
    expect(mlflow.server.state).toBe('asleep');
    await expect(mlflow.client.findRunById('x')).rejects.toMatchObject({ code: 'mlflow-unavailable' });
  });
});
