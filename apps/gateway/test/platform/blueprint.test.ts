import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { blueprintParts, type Blueprint, type BlueprintPartId } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BlueprintProbes } from '../../src/platform/blueprint/blueprint.ts';
import type { Probe } from '../../src/platform/blueprint/probe.ts';
import { probesOf, type ProbedParts } from '../../src/platform/blueprint/probes.ts';
import { clusterProbe, controllerProbe } from '../../src/platform/blueprint/services.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { openTestDatabase, type TestDatabase, tools } from '../db/template.ts';
import { openMlflow, type TestMlflow } from '../registry/mlflow-fixture.ts';

let database: TestDatabase;
let mlflow: TestMlflow;
beforeAll(async () => {
  database = await openTestDatabase();
  mlflow = await openMlflow();
  await new ObjectStore({ root: join(mlflow.home, 'objects') }).put(new Uint8Array([1]));
});
afterAll(async () => {
  await mlflow.close();
  await database.close();
});

const probed = (more: Partial<ProbedParts> = {}): ProbedParts => ({
  config: {
    ...{ home: mlflow.home, tools, cluster: null, graphs: null, serving: null },
    ...{ databaseUrl: '', mlflowAddress: '', objectsBucket: null, dvcBucket: null },
  },
  address: () => 'http://127.0.0.1:8080',
  database,
  mlflow: mlflow.server,
  servers: { status: () => Promise.resolve([]) },
  ...more,
});
const partOf = ({ parts }: Blueprint, id: BlueprintPartId) => parts.find((part) => part.id === id)!;
const probes = (probe: Probe) =>
  Object.fromEntries(blueprintParts.map((id) => [id, probe])) as Record<BlueprintPartId, Probe>;

describe('the blueprint of a laptop', () => {
  it('tells every part with what stands in for it, its version and its place, and wakes none', async () => {
    const blueprint = await new BlueprintProbes({ probes: await probesOf(probed()) }).read();
    expect(blueprint.parts.map(({ id }) => id)).toEqual([...blueprintParts]);
    const standing = blueprint.parts.filter(({ standIn }) => standIn).map(({ id }) => id);
    expect(standing).toEqual(['mlflow', 'dvc', 'argo', 'seldon', 'postgresql', 'minio', 'kubernetes']);
    expect(partOf(blueprint, 'gateway')).toMatchObject({ state: 'up', address: 'http://127.0.0.1:8080' });
    expect(partOf(blueprint, 'postgresql')).toMatchObject({ state: 'up', address: './db/' });
    expect(partOf(blueprint, 'catalog').version).toMatch(/^pgSTAC 0\./);
    expect(partOf(blueprint, 'dvc').version).toMatch(/^3\./);
    expect(partOf(blueprint, 'argo').version).toMatch(/^uv /);
    expect(partOf(blueprint, 'minio').detail).toMatch(/GiB free/);
    expect(partOf(blueprint, 'mlflow')).toMatchObject({
      state: 'asleep',
      version: expect.stringMatching(/^3\./) as string,
    });
    expect(partOf(blueprint, 'seldon').state).toBe('asleep');
    expect(await mlflow.pids()).toEqual([]);
  });

  it('tells a part that is gone, with the reason, and the others as they are', async () => {
    const gone = { ...probed().config, home: '/nowhere' };
    const blueprint = await new BlueprintProbes({ probes: await probesOf(probed({ config: gone })) }).read();
    expect(partOf(blueprint, 'minio')).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('ENOENT') as string,
    });
    expect(partOf(blueprint, 'postgresql').state).toBe('up');
  });

  it('calls model servers that are only starting so, and does not wait for them', async () => {
    const servers = { status: () => new Promise<never>(() => undefined) };
    const blueprint = await new BlueprintProbes({ probes: await probesOf(probed({ servers })) }).read();
    expect(partOf(blueprint, 'seldon').state).toBe('starting');
  });
});

describe('parts that are asked', () => {
  it('are down when they do not answer in time, and are not waited for', async () => {
    let aborted = 0;
    const silent: Probe = {
      standIn: false,
      look: (signal) => new Promise(() => signal.addEventListener('abort', () => aborted++)),
    };
    const { parts } = await new BlueprintProbes({ probes: probes(silent), timing: { limit: 50 } }).read();
    expect(parts.every(({ state, detail }) => state === 'down' && /0\.05 s/.test(detail ?? ''))).toBe(true);
    expect(aborted).toBe(blueprintParts.length);
  });

  it('are asked once for all who look at the same time, and again after a while', async () => {
    let asked = 0;
    const counted: Probe = { standIn: false, look: () => Promise.resolve({ state: 'up', detail: String(++asked) }) };
    const blueprint = new BlueprintProbes({ probes: probes(counted), timing: { keep: 100 } });
    const [first, second] = await Promise.all([blueprint.read(), blueprint.read()]);
    expect(second).toEqual(first);
    await expect.poll(async () => (await blueprint.read()).at, { timeout: 10_000 }).not.toBe(first.at);
    expect(asked % blueprintParts.length).toBe(0);
  });

  it('tell no secret of an address, nor of a reason', async () => {
    const address = 'postgres://cairn:p@hunter2@db.example.org:5432/cairn?password=hunter2';
    const told: Probe = { standIn: false, look: () => Promise.resolve({ state: 'up', address }) };
    const broken: Probe = { standIn: false, look: () => Promise.reject(new Error(`cannot reach ${address}`)) };
    const mixed = { ...probes(told), minio: broken };
    const blueprint = await new BlueprintProbes({ probes: mixed }).read();
    expect(JSON.stringify(blueprint)).not.toContain('hunter2');
    expect(partOf(blueprint, 'gateway').address).toBe('postgres://db.example.org:5432/cairn');
    expect(partOf(blueprint, 'minio').detail).toBe('cannot reach postgres://db.example.org:5432/cairn');
  });
});

describe('the parts of a server', () => {
  it('are told as what they are, not as what stands in, and without the keys by which they are reached', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/objects/' ? 200 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const access = { endpoint, region: 'here', accessKey: 'hunter1', secretKey: 'hunter2' };
    const blueprintWith = async (bucket: string) => {
      const databaseUrl = 'postgres://cairn:hunter2@db:5432/cairn';
      const config = { ...probed().config, databaseUrl, objectsBucket: { ...access, bucket } };
      return new BlueprintProbes({ probes: await probesOf(probed({ config })) }).read();
    };
    const blueprint = await blueprintWith('objects');
    const part = { standIn: false, state: 'up' };
    expect(partOf(blueprint, 'postgresql')).toMatchObject({ ...part, address: 'postgres://db:5432/cairn' });
    expect(partOf(blueprint, 'minio')).toMatchObject({ ...part, address: `${endpoint}/objects` });
    expect(JSON.stringify(blueprint)).not.toMatch(/hunter/);
    expect(partOf(await blueprintWith('none'), 'minio')).toMatchObject({ state: 'down' });
  });
});

describe('the parts of a cluster', () => {
  it('are up where its API server knows them, and down where one was never installed', async () => {
    const server = createServer((request, response) => {
      const known = request.url === '/version' || request.url === '/apis/argoproj.io/v1alpha1';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? { gitVersion: 'v1.34.1' } : { message: 'not found' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const access = { server: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
    const cluster = {
      ...probes(clusterProbe(access)),
      argo: controllerProbe(access, 'argoproj.io/v1alpha1'),
      seldon: controllerProbe(access, 'machinelearning.seldon.io/v1'),
    };
    const blueprint = await new BlueprintProbes({ probes: cluster }).read();
    expect(partOf(blueprint, 'kubernetes')).toMatchObject({ state: 'up', standIn: false, version: 'v1.34.1' });
    expect(partOf(blueprint, 'argo')).toMatchObject({ state: 'up', version: 'argoproj.io/v1alpha1' });
    expect(partOf(blueprint, 'seldon')).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('does not know machinelearning.seldon.io/v1') as string,
    });
  });
});
