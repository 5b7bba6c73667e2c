import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import {
  readInferAnswer,
  writeInferRequest,
  type InferAnswer,
  type InferRequest,
  type OipInferResponse,
  type Tensor,
} from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../src/network.ts';
import { brightness, Scene } from './scene.ts';
import { graphArgs, post, startServer, stopServer, type Server } from './server.ts';

const [width, height] = [64, 48];
const network = await Network.load(readFileSync(brightness.file), 1);
let graph: Server;
let transformer: Server;
let url: string;

beforeAll(async () => {
  graph = await startServer(graphArgs());
  transformer = await startServer(['--role', 'transformer', '--name', 'transformer', '--version', '3']);
  url = `${graph.address}/v2/models/bright/versions/3/infer`;
});
afterAll(async () => {
  await stopServer(graph);
  await stopServer(transformer);
});

/** An image of noise as UINT8 [1, 3, height, width], another for each seed. */
function noise(seed: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
}

function floats(image: Uint8Array): Float32Array {
  return Float32Array.from(image, (value) => value / 255);
}

function image(data: Tensor['data'], count = 1): Tensor {
  return {
    name: 'image',
    datatype: data instanceof Uint8Array ? 'UINT8' : 'FP32',
    shape: [count, 3, height, width],
    data,
  };
}

/** Sends binary data, with whatever header is given. */
async function send(
  request: Partial<InferRequest> & Pick<InferRequest, 'inputs'>,
  headers: Record<string, string> = {},
): Promise<{ response: Response; body: Uint8Array; answer: InferAnswer }> {
  const { parts, headerLength } = writeInferRequest({ parameters: {}, ...request });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(headerLength), ...headers },
    body: Buffer.concat(parts),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  const length = response.headers.get('inference-header-content-length');
  const answer = response.ok
    ? readInferAnswer(body, length === null ? null : Number(length))
    : { model_name: '', outputs: [] };
  return { response, body, answer };
}

test('a raw image is answered by the network itself, bit for bit, as binary data in both directions', async () => {
  const planes = floats(noise(1));
  const due = await network.run(planes.slice(), width, height);
  const { response, body, answer } = await send({
    id: 'chip-9',
    inputs: [image(planes)],
    parameters: { binary_data_output: true },
  });
  const header = Number(response.headers.get('inference-header-content-length'));
  expect(JSON.parse(Buffer.from(body.subarray(0, header)).toString())).toEqual({
    id: 'chip-9',
    model_name: 'bright',
    model_version: '3',
    outputs: [
      {
        name: 'probability',
        datatype: 'FP32',
        shape: [1, 1, height, width],
        parameters: { binary_data_size: width * height * 4 },
      },
    ],
  });
  expect(body.length - header).toBe(width * height * 4);
  expect(answer.outputs[0]!.data).toEqual(due);
});

test('bytes of 0..255 are the same image as floats of 0..1, in JSON and in binary, and each image of many its own', async () => {
  const images = [noise(1), noise(2), noise(3)];
  const due = await Promise.all(images.map((one) => network.run(floats(one), width, height)));
  const whole = Float32Array.from(due.flatMap((one) => [...one]));
  const { answer } = await send({
    inputs: [image(Uint8Array.from(images.flatMap((one) => [...one])), 3)],
    parameters: { binary_data_output: true },
  });
  expect(answer.outputs[0]).toMatchObject({ shape: [3, 1, height, width], data: whole });
  const json = await post(url, { inputs: [{ ...image(noise(2)), data: [...noise(2)] }] });
  expect(json.status).toBe(200);
  expect(Float32Array.from((json.json as OipInferResponse).outputs[0]!.data as number[])).toEqual(due[1]);
  const nested = [
    [
      rows(noise(3).subarray(0, width * height)),
      rows(noise(3).subarray(width * height, 2 * width * height)),
      rows(noise(3).subarray(2 * width * height)),
    ],
  ];
  const lists = await post(url, { inputs: [{ ...image(noise(3)), data: nested }] });
  expect(Float32Array.from((lists.json as OipInferResponse).outputs[0]!.data as number[])).toEqual(due[2]);
});

function rows(plane: Uint8Array): number[][] {
  return Array.from({ length: height }, (_, y) => [...plane.subarray(y * width, (y + 1) * width)]);
}

test('which form an output comes in is told for each, or for all', async () => {
  const inputs = [image(floats(noise(4)))];
  const isBinary = async (request: Partial<InferRequest>): Promise<boolean> =>
    (await send({ inputs, ...request })).response.headers.has('inference-header-content-length');
  expect(await isBinary({})).toBe(false);
  expect(await isBinary({ outputs: [{ name: 'probability', parameters: { binary_data: true } }] })).toBe(true);
  expect(
    await isBinary({
      outputs: [{ name: 'probability', parameters: { binary_data: false } }],
      parameters: { binary_data_output: true },
    }),
  ).toBe(false);
  expect((await send({ inputs, outputs: [] })).answer.outputs).toMatchObject([{ name: 'probability' }]);
});

test('a block may come and go as binary data, and a body in chunks of unknown length', async () => {
  const scene = new Scene(64, 64);
  const request = await scene.request(0, 0, 64);
  const json = await post(url, request);
  const { answer } = await send({ ...request, parameters: { binary_data_output: true } });
  const [shapes] = answer.outputs;
  expect(shapes).toMatchObject({ name: 'shapes', datatype: 'BYTES' });
  const text = Buffer.from(shapes!.data[0] as Uint8Array).toString();
  expect([text]).toEqual((json.json as OipInferResponse).outputs[0]!.data);
  const { parts, headerLength } = writeInferRequest({ parameters: {}, ...request });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'inference-header-content-length': headerLength!, 'transfer-encoding': 'chunked' };
    const sent = httpRequest(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    const whole = Buffer.concat(parts);
    for (let at = 0; at < whole.length; at += 1000) sent.write(whole.subarray(at, at + 1000));
    sent.end();
  });
  expect(status).toBe(200);
});

test('the answer to a raw image goes through the transformer as it is, as an executor sends it', async () => {
  const { answer } = await send({ inputs: [image(floats(noise(5)))] });
  const inputs = answer.outputs.map((tensor) => ({ ...tensor, data: [...(tensor.data as Float32Array)] }));
  const passed = await post(`${transformer.address}/v2/models/transformer/infer`, { inputs });
  expect((passed.json as OipInferResponse).outputs).toEqual(
    inputs.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data })),
  );
});

const raw = { name: 'image', datatype: 'UINT8', shape: [1, 3, height, width] };
const size = 3 * width * height;

test.each([
  [
    'a header length beyond the body',
    { ...raw, parameters: { binary_data_size: size } },
    size,
    '99999999',
    'inference-header',
  ],
  [
    'a header length that is no number',
    { ...raw, parameters: { binary_data_size: size } },
    size,
    'x',
    'inference-header',
  ],
  [
    'a size beyond the body',
    { ...raw, parameters: { binary_data_size: size + 1 } },
    size,
    null,
    '/inputs/0/parameters/binary_data_size',
  ],
  [
    'a size that is not that of the shape',
    { ...raw, parameters: { binary_data_size: 5 } },
    5,
    null,
    '/inputs/0/parameters/binary_data_size',
  ],
  ['bytes that nothing tells of', { ...raw, parameters: { binary_data_size: size } }, size + 3, null, '/inputs'],
  ['data in both forms', { ...raw, data: [1], parameters: { binary_data_size: size } }, size, null, '/inputs/0/data'],
  ['no data', raw, 0, null, '/inputs/0/data'],
  ['a value that is no byte', { ...raw, data: Array(size).fill(256) }, 0, null, '/inputs/0/data/0'],
  ['two bands', { ...raw, shape: [1, 2, 16, 16], data: Array(512).fill(1) }, 0, null, '/inputs/0/shape'],
  ['no image', { ...raw, shape: [0, 3, 16, 16], data: [] }, 0, null, '/inputs/0/shape'],
  ['a size off the stride', { ...raw, shape: [1, 3, 17, 16], data: Array(816).fill(1) }, 0, null, '/inputs/0/shape'],
  ['a shape of unbounded size', { ...raw, shape: [1e9, 1e9], data: [] }, 0, null, '/inputs/0/shape'],
  ['an unknown datatype', { ...raw, datatype: 'FP8', data: [] }, 0, null, '/inputs/0/datatype'],
  ['whole numbers of 16 bit', { ...raw, datatype: 'INT16', data: Array(size).fill(1) }, 0, null, '/inputs/0/datatype'],
  ['half floats in JSON', { ...raw, datatype: 'FP16', data: Array(size).fill(1) }, 0, null, '/inputs/0/data'],
  ['floats above 1', { ...raw, datatype: 'FP32', data: Array(size).fill(200) }, 0, null, '/inputs/0/data'],
] as [string, object, number, string | null, string][])(
  'an image with %s is refused with the place of the fault, and the server goes on',
  async (_, tensor, bytes, header, where) => {
    const json = Buffer.from(JSON.stringify({ inputs: [tensor] }));
    const headers = { 'inference-header-content-length': header ?? String(json.length) };
    const response = await fetch(url, { method: 'POST', headers, body: Buffer.concat([json, Buffer.alloc(bytes)]) });
    const problem = (await response.json()) as { where: string; error: string };
    expect([response.status, problem.where.startsWith(where)], problem.error).toEqual([400, true]);
    expect((await fetch(`${graph.address}/v2/health/ready`)).status).toBe(200);
  },
);

test('an output that the model does not give is refused by name', async () => {
  const ask = async (name: string): Promise<unknown> => {
    const { response, body } = await send({ inputs: [image(noise(1))], outputs: [{ name, parameters: {} }] });
    return { status: response.status, ...(JSON.parse(Buffer.from(body).toString()) as object) };
  };
  expect(await ask('mask')).toMatchObject({ status: 400, where: '/outputs/0/name' });
  expect(await ask('shapes')).toMatchObject({ status: 400, error: expect.stringContaining('"probability"') as string });
});
