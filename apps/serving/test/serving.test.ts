import { once } from 'node:events';
import type { OipInferResponse } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { brightness, Scene } from './scene.ts';
import { graphArgs, post, runServer, startServer, stopServer, type Server } from './server.ts';

const scene = new Scene(256, 128, (x, y) => x > 20 || y > 20);
let graph: Server;
let detector: Server;
let transformer: Server;

beforeAll(async () => {
  graph = await startServer(graphArgs());
  detector = await startServer(graphArgs({ role: 'detector', name: 'detector' }));
  transformer = await startServer(['--role', 'transformer', '--name', 'transformer', '--version', '3']);
});
afterAll(async () => {
  for (const server of [graph, detector, transformer]) await stopServer(server);
});

async function get(path: string): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${graph.address}${path}`);
  return { status: response.status, json: await response.json() };
}

test('the health and metadata routes of the Open Inference Protocol answer', async () => {
  expect(await get('/v2')).toMatchObject({ status: 200, json: { name: 'cairn-serving' } });
  expect(await get('/v2/health/live')).toEqual({ status: 200, json: { live: true } });
  expect(await get('/v2/health/ready')).toEqual({ status: 200, json: { ready: true } });
  expect(await get('/v2/models/bright/ready')).toEqual({ status: 200, json: { name: 'bright', ready: true } });
  expect(await get('/v2/models/bright/versions/3')).toMatchObject({
    json: {
      name: 'bright',
      versions: ['3'],
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] }],
      outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1, -1, -1] }, { name: 'shapes' }],
    },
  });
  expect(await get('/v2/models/bright/versions/4')).toMatchObject({ status: 404, json: { code: 'not-found' } });
  expect(await get('/v2/models/other')).toMatchObject({ status: 404 });
});

test('a graph answers the same with both nodes in one process and in two', async () => {
  const request = { ...(await scene.request(64, 0, 128)), id: 'block-7' };
  const whole = await post(`${graph.address}/v2/models/bright/infer`, request);
  expect(whole).toMatchObject({ status: 200, json: { id: 'block-7', model_name: 'bright', model_version: '3' } });
  const first = await post(`${detector.address}/v2/models/detector/infer`, request);
  // As an executor does: the outputs of a node are the inputs of its child.
  const inputs = (first.json as OipInferResponse).outputs;
  const second = await post(`${transformer.address}/v2/models/transformer/versions/3/infer`, { inputs });
  expect((second.json as OipInferResponse).outputs).toEqual((whole.json as OipInferResponse).outputs);
  const shapes = JSON.parse(String((whole.json as OipInferResponse).outputs[0]!.data[0])) as { polygons: unknown[] };
  expect(shapes.polygons.length).toBeGreaterThan(5);
});

test.each([
  ['no JSON', '{', 400],
  ['no inputs', {}, 400],
  ['an empty list of inputs', { inputs: [] }, 400],
  ['a tensor of another name', { inputs: [{ name: 'x', shape: [1], datatype: 'BYTES', data: ['AA=='] }] }, 400],
  ['numbers that are no image', { inputs: [{ name: 'image', shape: [1], datatype: 'FP32', data: [1] }] }, 400],
  ['a block without a place', { inputs: [{ name: 'image', shape: [1], datatype: 'BYTES', data: ['AA=='] }] }, 400],
])('a request with %s is answered with a problem, and the server goes on', async (_, body, status) => {
  const answer = await post(`${graph.address}/v2/models/bright/infer`, body);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ error: expect.any(String) as string, code: expect.any(String) as string });
  expect((await get('/v2/health/ready')).status).toBe(200);
});

test('weights other than the registered ones are not loaded', async () => {
  const { code, stderr } = await runServer(
    graphArgs({ digest: brightness.digest.replace(/[0-9a-f]{8}$/, '00000000') }),
  );
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'weights-digest-mismatch', where: brightness.file });
});

test('a port in use ends the server with a problem, not with a stack', async () => {
  const { code, stderr } = await runServer(graphArgs({ port: new URL(graph.address).port }));
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'port-in-use' });
});

test('an attached server ends when its standard input closes, as it does when the gateway is killed', async () => {
  const server = await startServer([...graphArgs(), '--attached']);
  server.child.stdin!.destroy();
  expect(await once(server.child, 'exit')).toEqual([0, null]);
});

test.each([
  ['role', { role: 'oracle' }],
  ['halo', { halo: '17' }],
  ['window', { window: '100' }],
  ['digest', { digest: 'sha256:12' }],
  ['threads', { threads: '0' }],
  ['port', { port: '70000' }],
  ['grpc-port', { 'grpc-port': 'x' }],
  ['weights', { weights: '' }],
])('a wrong --%s is named', (name, change) => {
  expect(() => readConfig(graphArgs(change))).toThrow(`--${name}`);
});
