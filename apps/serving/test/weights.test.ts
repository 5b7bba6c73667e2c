import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { readWeights } from '../src/weights.ts';
import { graphArgs } from './server.ts';

const bytes = Buffer.from('weights of a network');
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const pauses = [0, 0, 0];
/** What the registry does, a request each; it says 500 to further ones. */
let answers: RequestListener[];
let tokens: (string | undefined)[];
let registry: Server;
let source: string;

beforeEach(async () => {
  answers = [];
  tokens = [];
  registry = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    const answer = answers.shift() ?? ((_, failing) => failing.writeHead(500).end());
    answer(request, response);
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  source = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/weights`;
});
afterEach(() => {
  registry.closeAllConnections();
  registry.close();
});

const whole: RequestListener = (_, response) => response.end(bytes);
const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();

test('weights are fetched with the token', async () => {
  answers = [whole];
  expect(await readWeights({ source, digest, token: 'secret' }, pauses)).toEqual(bytes);
  expect(tokens).toEqual(['Bearer secret']);
});

test('a registry that is busy, breaks off or is gone for a moment is asked again', async () => {
  const brokenOff: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 5), () => response.destroy());
  };
  answers = [status(503), brokenOff, (request) => request.socket.destroy(), whole];
  expect(await readWeights({ source, digest }, pauses)).toEqual(bytes);
  expect(tokens).toHaveLength(4);
});

test('a registry that stays away is told by name, with its address', async () => {
  await expect(readWeights({ source, digest }, pauses)).rejects.toMatchObject({
    code: 'weights-unavailable',
    message: expect.stringContaining('tried 4 times): the registry answered 500') as string,
    more: { where: source },
  });
  const nobody = 'http://127.0.0.1:1/weights';
  await expect(readWeights({ source: nobody, digest }, [])).rejects.toMatchObject({ code: 'weights-unavailable' });
});

test.each([401, 403, 404])('a registry that answers %i is not asked again', async (code) => {
  answers = [status(code), whole];
  await expect(readWeights({ source, digest }, pauses)).rejects.toMatchObject({
    code: 'weights-unavailable',
    message: expect.stringContaining(`answered ${code}`) as string,
  });
  expect(tokens).toHaveLength(1);
});

test('other bytes than the registered ones are not used, whoever sends them', async () => {
  answers = [(_, response) => response.end('<html>Sign in</html>')];
  await expect(readWeights({ source, digest }, pauses)).rejects.toMatchObject({
    code: 'weights-digest-mismatch',
    more: { where: source },
  });
});

const node = {
  PREDICTIVE_UNIT_ID: 'detector',
  PREDICTIVE_UNIT_HTTP_SERVICE_PORT: '9000',
  PREDICTIVE_UNIT_GRPC_SERVICE_PORT: '9500',
  PREDICTIVE_UNIT_PARAMETERS: JSON.stringify([
    { name: 'role', value: 'detector', type: 'STRING' },
    { name: 'version', value: '7', type: 'STRING' },
    { name: 'weights', value: 'https://registry.example.org/model.onnx', type: 'STRING' },
    { name: 'digest', value: digest, type: 'STRING' },
    { name: 'stride', value: '16', type: 'INT' },
    { name: 'halo', value: '32', type: 'INT' },
    { name: 'task', value: 'object-detection', type: 'STRING' },
    { name: 'classes', value: '["tent","car"]', type: 'STRING' },
  ]),
  MLFLOW_TRACKING_TOKEN: 'secret',
};

test('a node of Seldon Core reads its place and parameters from the environment; an argument counts more', () => {
  const { weights, model, ...place } = readConfig(['--host', '0.0.0.0'], node);
  expect(place).toEqual({
    role: 'detector',
    name: 'detector',
    version: '7',
    host: '0.0.0.0',
    port: 9000,
    grpcPort: 9500,
    attached: false,
  });
  expect(model).toEqual({ task: 'object-detection', classes: ['tent', 'car'], expressions: {} });
  expect(weights).toMatchObject({ source: 'https://registry.example.org/model.onnx', token: 'secret', stride: 16 });
  expect(readConfig(['--port', '1234'], node).port).toBe(1234);
  expect(readConfig(graphArgs(), {})).toMatchObject({ role: 'graph', port: 0 });
});

test.each([
  ['no JSON', '{'],
  ['another form', '{"role": "detector"}'],
  ['values that are no text', '[{"name": "stride", "value": 16, "type": "INT"}]'],
  ['a name that no node has', '[{"name": "modelUri", "value": "https://evil.example.org", "type": "STRING"}]'],
])('parameters of %s are refused by name', (_, parameters) => {
  expect(() => readConfig([], { ...node, PREDICTIVE_UNIT_PARAMETERS: parameters })).toThrow(
    'PREDICTIVE_UNIT_PARAMETERS',
  );
});
