import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '@cairn/receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeldonBackend, type SeldonBackendParts } from '../../src/inference/backend/seldon/backend.ts';
import { renderSeldonDeployment } from '../../src/inference/backend/seldon/deployment.ts';
import { SeldonDeployments } from '../../src/inference/backend/seldon/deployments.ts';
import { directRoad } from '../../src/inference/backend/seldon/road.ts';
import type { PodState } from '../../src/inference/backend/seldon/state.ts';
import type { Graph } from '../../src/inference/graph.ts';
import { Kubernetes } from '../../src/kubernetes/kubernetes.ts';
import { quietLogger } from '../registry/quiet.ts';
import { fixture, graphFor, greyBlock, pixelsIn } from './backend-contract.ts';
import { type Node, startNode } from './seldon-node.ts';
import { seldonSettings } from './seldon-settings.ts';

const settings = { ...seldonSettings, executor: false, threads: 1 };
const { signal } = new AbortController();
const running = { name: 'graph', started: true, restartCount: 0, state: { running: {} } };
const ready: Pod = { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [running] };

type Pod = NonNullable<PodState['status']>;

let graph: Graph;
let node: Node;
let weights: Server;
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const bytes = await fixture('brightness');
  graph = graphFor('bright', 1, digestOf(bytes));
  weights = createServer((_, answer) => answer.end(bytes));
  const registry = `http://127.0.0.1:${await listening(weights)}`;
  const [predictor] = renderSeldonDeployment(graph, { ...settings, registry }).spec.predictors;
  node = await startNode(predictor.graph, { MLFLOW_TRACKING_TOKEN: 'of a test' });
});
afterAll(async () => {
  for (const close of opened) await close();
  node.child.kill('SIGKILL');
  weights.close();
});

/** A gateway's backend before an API server that tells of a graph with one pod as available, and the service that leads to the node. */
async function gateway(pod: Pod, more: Partial<SeldonBackendParts> = {}) {
  const deleted: string[] = [];
  const api = createServer(({ method = '', url = '' }, answer) => {
    const metadata = { name: 'graph', uid: '1', resourceVersion: '1', creationTimestamp: new Date().toISOString() };
    if (method === 'DELETE') deleted.push(url);
    if (url.includes('/pods')) answer.end(JSON.stringify({ items: [{ metadata: { name: 'p' }, status: pod }] }));
    else if (url.includes('/deployments')) answer.end(JSON.stringify({ items: [] }));
    else answer.end(JSON.stringify({ metadata, status: { state: 'Available' } }));
  });
  const service = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    asked.pipe(
      request(`${node.address}${url}`, { method, headers }, (response) => {
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer);
      }),
    );
  });
  const access = { server: new URL(`http://127.0.0.1:${await listening(api)}`) };
  const { namespace } = settings;
  const backend = new SeldonBackend({
    deployments: new SeldonDeployments({ kubernetes: new Kubernetes({ access }), namespace }),
    settings,
    road: directRoad(`http://127.0.0.1:${await listening(service)}`, namespace),
    logger: quietLogger(),
    mayServe: () => Promise.resolve(new Set(['bright/1'])),
    ...more,
  });
  opened.push(async () => {
    await backend.close();
    for (const server of [api, service]) await away(server);
  });
  return { backend, api, service, deleted };
}

async function listening(server: Server, port = 0): Promise<number> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return portOf(server);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** From then on nobody listens at its address, as at one of a pod that is gone. */
async function away(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Asks for a block while a server is away, and holds that it comes; answers what was told meanwhile. */
async function askedWhileAway(backend: SeldonBackend, server: Server): Promise<string[]> {
  const port = portOf(server);
  await away(server);
  const told: string[] = [];
  const asked = backend.infer(graph, greyBlock(graph, 255), signal, (words) => void told.push(words));
  // Longer than the first pauses together: whoever counts attempts that follow each other closely has given up by then.
  await pause(9000);
  await listening(server, port);
  expect(pixelsIn((await asked)[0])).toBe(8000);
  return told;
}

test.concurrent(
  'a graph is woken although the API server is away from a gateway that has just started',
  async () => {
    const { backend, api } = await gateway(ready);
    expect(await askedWhileAway(backend, api)).toEqual(['Waking bright/1: the cluster does not answer']);
  },
  60_000,
);

test.concurrent(
  'a block is asked again where the cluster tells of a graph as there that nobody reaches',
  async () => {
    const { backend, service } = await gateway(ready);
    expect(pixelsIn((await backend.infer(graph, greyBlock(graph, 255), signal))[0])).toBe(8000);
    expect(await askedWhileAway(backend, service)).toContain('bright/1 does not answer; it is asked again');
  },
  60_000,
);

test.concurrent(
  'an API server that stays away is named after a while, and nobody waits for it that is cancelled',
  async () => {
    const { backend, api } = await gateway(ready, { awayMs: 500, everyMs: 50 });
    await away(api);
    await expect(backend.infer(graph, greyBlock(graph, 255), signal)).rejects.toMatchObject({
      code: 'cluster-unavailable',
    });
    const cancelled = backend.infer(graph, greyBlock(graph, 255), AbortSignal.timeout(100));
    await expect(cancelled).rejects.toMatchObject({ name: 'TimeoutError' });
  },
);

test.concurrent('a graph that was given up, or is too late, is not tried again and again', async () => {
  const killed = { exitCode: 137, reason: 'OOMKilled' };
  const over = { name: 'graph', restartCount: 3, state: { running: {} }, lastState: { terminated: killed } };
  const broken = await gateway({ containerStatuses: [over] });
  await expect(broken.backend.infer(graph, greyBlock(graph, 255), signal)).rejects.toMatchObject({
    code: 'serving-unavailable',
    message: expect.stringContaining('OOMKilled') as string,
  });
  expect(broken.deleted).toHaveLength(1);
  const limits = { startMs: 300, everyMs: 50 };
  const slow = await gateway({ containerStatuses: [{ ...running, started: false }] }, limits);
  const late = slow.backend.infer(graph, greyBlock(graph, 255), signal);
  await expect(late).rejects.toMatchObject({
    code: 'serving-unavailable',
    message: expect.stringContaining('still not ready (fetching and checking the weights)') as string,
  });
});
