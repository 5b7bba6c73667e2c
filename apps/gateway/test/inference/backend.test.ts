import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProcessBackend } from '../../src/inference/backend/process/backend.ts';
import { HostedServers } from '../../src/inference/backend/process/hosted-servers.ts';
import { LocalServers } from '../../src/inference/backend/process/local-servers.ts';
import { ServingProgram } from '../../src/inference/backend/process/program.ts';
import { type ServerPlace, settingsOf } from '../../src/inference/backend/process/server.ts';
import { BuildingFile } from '../../src/inference/building-file.ts';
import { blockSize, type Graph, graphOf, layoutOf } from '../../src/inference/graph.ts';
import { buildings } from '../../src/registry/network-output.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { readProcess } from '../../src/supervise/proc.ts';
import { quietLogger } from '../registry/quiet.ts';
import { type BackendPlace, describeBackend, fixture, graphFor, greyBlock, pixelsIn } from './backend-contract.ts';
import { hostToken, type ServingHost, startHost } from './serving-host.ts';

const hostedServers = fileURLToPath(new URL('../../src/inference/backend/process/hosted-servers.ts', import.meta.url));

let home: string;
let objects: ObjectStore;
let children: Children;
let program: ServingProgram;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-backend-'));
  objects = new ObjectStore({ root: join(home, 'objects') });
  program = new ServingProgram({ folder: join(home, 'serving') });
  children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: process.env['PATH'] ?? '' },
    logger: quietLogger(),
  });
});
afterAll(async () => {
  await children.stopAll();
  await rm(home, { recursive: true, force: true });
});

/** A place of processes on this machine, whoever starts them. */
const placeOf = (servers: ServerPlace, close: () => Promise<void>): BackendPlace<ProcessBackend> => ({
  open: (limits) => Promise.resolve(new ProcessBackend({ objects, servers, ...limits })),
  lay: async (_model, _version, weights) => (await objects.put(weights)).digest,
  kill: async (backend, { model, version }) => {
    const running = await backend.status();
    process.kill(running.find(({ name }) => name === `${model}/${version}`)!.pid, 'SIGKILL');
  },
  clear: () => Promise.resolve(),
  close,
});

describeBackend('local processes', () =>
  Promise.resolve(placeOf(new LocalServers({ children, program, threads: 1 }), () => Promise.resolve())),
);

describeBackend('a serving host', async () => {
  const host = await startHost(join(home, 'host'));
  const servers = new HostedServers({ address: host.address, token: hostToken, threads: 1 });
  return placeOf(servers, () => host.stop());
});

describe('a serving host', () => {
  let host: ServingHost;
  const { signal } = new AbortController();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(home, 'host-'));
    host = await startHost(folder);
  });
  afterEach(() => host.stop());
  const backendWith = (token = hostToken, more: { pauses?: number[] } = {}): ProcessBackend =>
    new ProcessBackend({
      objects,
      servers: new HostedServers({ address: host.address, token, threads: 1, ...more }),
    });
  const bright = async (): Promise<Graph> => {
    const { digest } = await objects.put(await fixture('brightness'));
    return graphFor('bright', 1, digest);
  };

  test('answers what the processes of the gateway answer', async () => {
    const graph = await bright();
    const [hosted, local] = [
      backendWith(),
      new ProcessBackend({ objects, servers: new LocalServers({ children, program, threads: 1 }) }),
    ];
    for (const grey of [0, 100, 130, 255]) {
      const image = greyBlock(graph, grey);
      expect(await hosted.infer(graph, image, signal)).toEqual(await local.infer(graph, image, signal));
    }
    await Promise.all([hosted.close(), local.close()]);
  });

  test('lets nobody in without its token, whatever is asked', async () => {
    const asked = [
      ['HEAD', `/weights/sha256:${'0'.repeat(64)}`],
      ['PUT', `/weights/sha256:${'0'.repeat(64)}`],
      ['POST', '/servers'],
      ['GET', '/servers/any'],
      ['DELETE', '/servers/any'],
      ['POST', '/servers/any/v2/models/bright/infer'],
    ] as const;
    for (const [method, path] of asked) {
      for (const authorization of ['', 'Bearer', `Bearer ${hostToken}x`]) {
        const { status } = await fetch(`${host.address}${path}`, { method, headers: { authorization } });
        expect([method, path, status]).toEqual([method, path, 401]);
      }
    }
    expect((await fetch(`${host.address}/healthz`)).status).toBe(200);
    const graph = await bright();
    const stranger = backendWith('another-token-'.repeat(4), { pauses: [] });
    await expect(stranger.infer(graph, greyBlock(graph, 255), signal)).rejects.toMatchObject({
      code: 'serving-unavailable',
      message: expect.stringContaining('does not know this token') as string,
    });
    await stranger.close();
  });

  test('takes no weights but those that were named, and tells a server nothing but its model', async () => {
    const ask = (method: string, path: string, body: string) =>
      fetch(`${host.address}${path}`, {
        method,
        body,
        headers: {
          authorization: `Bearer ${hostToken}`,
          'content-type': method === 'PUT' ? 'application/octet-stream' : 'application/json',
        },
      });
    const digest = `sha256:${'1'.repeat(64)}`;
    expect((await ask('PUT', `/weights/${digest}`, 'others')).status).toBe(422);
    expect((await ask('PUT', '/weights/..%2f..%2fescape', 'any')).status).toBe(400);
    const { name, version, ...rest } = settingsOf(await bright());
    const whole = { name, version, ...rest, threads: 1 };
    expect((await ask('POST', '/servers', JSON.stringify({ ...whole, digest }))).status).toBe(404);
    for (const more of [
      { weights: '/etc/passwd' },
      { host: '0.0.0.0' },
      { port: 1 },
      { role: 'detector' },
      { name: 1 },
    ]) {
      expect((await ask('POST', '/servers', JSON.stringify({ ...whole, ...more }))).status).toBe(400);
    }
  });

  test('ends a server whose gateway is gone without a word, and all of them with itself', async () => {
    const graph = await bright();
    const parts = { address: host.address, token: hostToken, digest: graph.nodes[0].parameters.digest };
    const file = await objects.file(parts.digest);
    const script = join(home, 'gateway.mts');
    await writeFile(
      script,
      `import { HostedServers } from ${JSON.stringify(hostedServers)};
       const servers = new HostedServers({ ...${JSON.stringify(parts)}, threads: 1 });
       const { pid } = await servers.start(${JSON.stringify(graph)}, ${JSON.stringify(file)});
       process.stdout.write(\`\${pid}\n\`);
       setInterval(() => undefined, 1000);`,
    );
    const gateway = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const [line] = (await once(createInterface({ input: gateway.stdout }), 'line')) as [string];
    const left = Number(line);
    expect(await readProcess(left)).toBeDefined();
    gateway.kill('SIGKILL');
    await vi.waitFor(async () => expect(await readProcess(left)).toBeUndefined(), 15_000);

    const backend = backendWith(hostToken, { pauses: [10] });
    await backend.infer(graph, greyBlock(graph, 255), signal);
    const { pid } = (await backend.status())[0]!;
    host.child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await readProcess(pid)).toBeUndefined(), 15_000);
    await vi.waitFor(() => expect(backend.isReady(graph)).toBe(false), 15_000);
    await expect(backend.infer(graph, greyBlock(graph, 255), signal)).rejects.toMatchObject({
      code: 'serving-unavailable',
      message: expect.stringContaining('cannot be reached') as string,
    });
    await backend.close();
  });

  test('that is gone with its servers is asked again until it is back', async () => {
    const graph = await bright();
    const backend = backendWith();
    await backend.infer(graph, greyBlock(graph, 255), signal);
    host.child.kill('SIGKILL');
    await once(host.child, 'exit');
    const told: string[] = [];
    const asked = backend.infer(graph, greyBlock(graph, 255), signal, (words) => void told.push(words));
    await pause(3000);
    // It comes back at its address, as a container does, with what it was sent before.
    host = await startHost(folder, Number(new URL(host.address).port));
    expect(pixelsIn((await asked)[0])).toBe(8000);
    expect(told).toContain('The model server of bright/1 does not answer; it is asked again');
    await backend.close();
  });
});

test('requests that come just as an idle model server ends are answered', async () => {
  const backend = new ProcessBackend({
    objects,
    servers: new LocalServers({ children, program, threads: 1 }),
    idleMs: 20,
  });
  const { digest } = await objects.put(await fixture('brightness'));
  const graph = graphFor('idle', 1, digest);
  const image = greyBlock(graph, 255);
  const { signal } = new AbortController();
  let ends = 0;
  for (const wait of [0, 10, 18, 19, 20, 21, 22, 30]) {
    const answers = await Promise.all([1, 2].map(() => backend.infer(graph, image, signal)));
    expect(answers.map((texts) => pixelsIn(texts[0]))).toEqual([8000, 8000]);
    await pause(wait);
    if (!backend.isReady(graph)) ends += 1;
  }
  expect(ends).toBeGreaterThan(0);
  await backend.close();
});

test('a model server that hangs is replaced after the time that a block may take', async () => {
  const backend = new ProcessBackend({
    objects,
    servers: new LocalServers({ children, program, threads: 1 }),
    requestMs: 4000,
  });
  const { digest } = await objects.put(await fixture('brightness'));
  const graph = graphFor('bright', 1, digest);
  const image = greyBlock(graph, 255);
  const signal = new AbortController().signal;
  await backend.infer(graph, image, signal);
  const [hung] = await backend.status();
  process.kill(hung!.pid, 'SIGSTOP');
  expect(pixelsIn((await backend.infer(graph, image, signal))[0])).toBe(8000);
  const [next] = await backend.status();
  expect(next!.pid).not.toBe(hung!.pid);
  await backend.close();
});

test('windows and halo of a graph are whole strides, and blocks whole windows', () => {
  for (const stride of [1, 16, 24, 32, 100]) {
    const made = graphOf({ model: 'm', version: 1, weights_digest: 'd', stride, halo: 90, output: buildings });
    const { halo, window } = layoutOf(made);
    expect([halo % stride, window % stride]).toEqual([0, 0]);
    expect(halo).toBeGreaterThanOrEqual(90);
    for (const wanted of [128, 1024, 4096]) expect(blockSize(made, wanted) % window).toBe(0);
  }
});

test('a full disk is told as such', async () => {
  await expect(BuildingFile.open('/dev/full', home)).rejects.toMatchObject({ code: 'disk-full' });
});
