import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  credentials,
  loadPackageDefinition,
  status,
  type Client,
  type GrpcObject,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { bytesOfTensor, type OipInferResponse } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../src/network.ts';
import { brightness, Scene } from './scene.ts';
import { graphArgs, post, runServer, startServer, stopServer, type Server } from './server.ts';

const [width, height] = [64, 32];
const proto = fileURLToPath(new URL('../src/grpc/open-inference.proto', import.meta.url));
const network = await Network.load(readFileSync(brightness.file), 1);
let server: Server;
let client: Client &
  Record<string, (asked: object, done: (error: ServiceError | null, answer: object) => void) => void>;

beforeAll(async () => {
  server = await startServer(graphArgs({ 'grpc-port': '0' }));
  // As a client of another make reads it: only the definition is shared.
  const definition = loadSync(proto, { keepCase: true, longs: Number, defaults: true });
  const { GRPCInferenceService: Service } = loadPackageDefinition(definition)['inference'] as GrpcObject;
  client = new (Service as unknown as new (...args: unknown[]) => typeof client)(
    server.grpc,
    credentials.createInsecure(),
    {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    },
  );
});
afterAll(async () => {
  client.close();
  await stopServer(server);
});

function call(method: string, asked: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    client[method]!(asked, (error, answer) => (error === null ? resolve({ ...answer }) : reject(error)));
  });
}

const planes = Float32Array.from({ length: 3 * width * height }, (_, i) => (Math.imul(i, 2654435761) >>> 24) / 255);
const image = { name: 'image', datatype: 'FP32', shape: [1, 3, height, width] };
const bytes = Buffer.from(planes.buffer);

test('health and metadata are those of REST', async () => {
  expect(await call('ServerLive', {})).toEqual({ live: true });
  expect(await call('ServerReady', {})).toEqual({ ready: true });
  expect(await call('ModelReady', { name: 'bright', version: '3' })).toEqual({ ready: true });
  expect(await call('ServerMetadata', {})).toEqual(await (await fetch(`${server.address}/v2`)).json());
  const rest: unknown = await (await fetch(`${server.address}/v2/models/bright`)).json();
  expect(await call('ModelMetadata', { name: 'bright' })).toEqual(rest);
});

test('a raw image is answered by the network itself, bit for bit, sent raw or in the list of its datatype', async () => {
  const due = Buffer.from((await network.run(planes.slice(), width, height)).slice().buffer);
  const raw = await call('ModelInfer', {
    model_name: 'bright',
    id: 'a-1',
    inputs: [image],
    raw_input_contents: [bytes],
  });
  expect(raw).toMatchObject({
    model_name: 'bright',
    model_version: '3',
    id: 'a-1',
    outputs: [{ name: 'probability', datatype: 'FP32', shape: [1, 1, height, width] }],
    raw_output_contents: [due],
  });
  const listed = await call('ModelInfer', {
    model_name: 'bright',
    model_version: '3',
    inputs: [{ ...image, contents: { fp32_contents: [...planes] } }],
    outputs: [{ name: 'probability' }],
  });
  expect(listed['raw_output_contents']).toEqual([due]);
});

test('a block is answered as by REST, its place in parameters', async () => {
  const request = await new Scene(100, 64).request(0, 0, 64, 0.25);
  const rest = (await post(`${server.address}/v2/models/bright/infer`, request)).json as OipInferResponse;
  const [tensor] = request.inputs;
  const parameters = Object.fromEntries(
    Object.entries(tensor!.parameters!).map(([name, value]) => [
      name,
      name === 'threshold' ? { double_param: value } : { int64_param: value },
    ]),
  );
  const input = { ...tensor, parameters, data: undefined };
  const listed = { ...input, contents: { bytes_contents: [Buffer.from(String(tensor!.data[0]))] } };
  for (const sent of [{ inputs: [listed] }, { inputs: [input], raw_input_contents: [bytesOfTensor(tensor!)] }]) {
    const answer = await call('ModelInfer', { model_name: 'bright', ...sent });
    expect(answer['outputs']).toMatchObject([{ name: 'shapes', datatype: 'BYTES', parameters }]);
    const [shapes] = answer['raw_output_contents'] as Buffer[];
    expect(shapes!.subarray(4).toString()).toBe(rest.outputs[0]!.data[0]);
  }
});

test.each([
  [
    'another model',
    { model_name: 'dark', inputs: [image], raw_input_contents: [bytes] },
    status.NOT_FOUND,
    'not-found',
  ],
  [
    'too few bytes',
    { inputs: [image], raw_input_contents: [bytes.subarray(4)] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  [
    'raw contents for another number of inputs',
    { inputs: [image], raw_input_contents: [bytes, bytes] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  [
    'contents in both places',
    { inputs: [{ ...image, contents: { fp32_contents: [1] } }], raw_input_contents: [bytes] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  [
    'contents in the list of another datatype',
    { inputs: [{ ...image, contents: { fp64_contents: [...planes] } }] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  [
    'an unknown datatype',
    { inputs: [{ ...image, datatype: 'FP8' }], raw_input_contents: [bytes] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  [
    'half floats in a list',
    { inputs: [{ ...image, datatype: 'FP16', contents: {} }] },
    status.INVALID_ARGUMENT,
    'input-invalid',
  ],
  ['no inputs', { inputs: [] }, status.INVALID_ARGUMENT, 'input-invalid'],
])('a request with %s is refused with a status, and the server goes on', async (_, asked, code, cairn) => {
  const error = (await call('ModelInfer', { model_name: 'bright', ...asked }).catch(
    (thrown: unknown) => thrown,
  )) as ServiceError;
  expect([error.code, error.metadata.get('cairn-code')]).toEqual([code, [cairn]]);
  expect(await call('ServerReady', {})).toEqual({ ready: true });
});

test('a port of gRPC that is in use ends the server with a problem', async () => {
  const { code, stderr } = await runServer(graphArgs({ 'grpc-port': server.grpc!.split(':')[1]! }));
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'port-in-use', where: '--grpc-port' });
});
