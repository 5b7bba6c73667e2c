import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  bytesOfTensor,
  type Digest,
  headerLengthName,
  headerLengthOf,
  type InferAnswer,
  type InferRequest,
  readInferAnswer,
  type Tensor,
  writeInferRequest,
} from '@cairn/contracts';
import { type HeldTensor, openBundle, readStatement, verifyInference } from '@cairn/receipt';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from '../../src/app.ts';
import { guard } from '../../src/identity/guard.ts';
import { Hosts } from '../../src/identity/hosts.ts';
import { readOwnerToken } from '../../src/identity/owner-token.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import { Inferences } from '../../src/inference/door/inferences.ts';
import { doorRoutes } from '../../src/inference/door/routes.ts';
import { receiptRoutes } from '../../src/receipts/routes.ts';
import { Revocations } from '../../src/registry/revocation.ts';
import { openWorld, type World } from './world.ts';

const weights = fileURLToPath(new URL('../../../serving/test/fixture/brightness.onnx', import.meta.url));
const [width, height] = [48, 32];
const approver = { id: 'devi', roles: ['approver'] as const };
let world: World;
let app: Awaited<ReturnType<typeof makeApp>>;
let address: string;
let authorization: string;
let session: InferenceSession;

beforeAll(async () => {
  world = await openWorld();
  const { database, versions, receipts } = world;
  const tokens = new Tokens({ database });
  const token = await readOwnerToken(world.home);
  await tokens.ensureOwner(token);
  authorization = `Bearer ${token}`;
  app = await makeApp({
    logger: pino({ level: 'silent' }),
    guard: guard({ tokens, hosts: new Hosts({ host: '127.0.0.1', others: [] }) }),
    routes: [doorRoutes({ versions, inferences: new Inferences(world) }), receiptRoutes({ receipts, database })],
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
  session = await InferenceSession.create(await readFile(weights), { intraOpNumThreads: 1, interOpNumThreads: 1 });
});
afterAll(async () => {
  await app.close();
  await world.close();
});

/** An image of noise, another for each seed. */
function imageOf(seed: number): Tensor & { data: Float32Array } {
  const data = Float32Array.from(
    { length: 3 * width * height },
    (_, i) => (Math.imul(i + seed, 2654435761) >>> 24) / 255,
  );
  return { name: 'image', datatype: 'FP32', shape: [1, 3, height, width], data };
}

/** What goes from a gateway to its model servers, and from nobody else. */
function plainBlock(): Tensor {
  const edge = 512 + 2 * 16;
  const place = {
    originX: -16,
    originY: -16,
    coreX0: 0,
    coreY0: 0,
    coreX1: 512,
    coreY1: 512,
    threshold: 0.5,
    block: 1,
  };
  const data = new Uint8Array(edge * edge * 4).fill(255);
  return { name: 'image', datatype: 'UINT8', shape: [edge, edge, 4], parameters: place, data };
}

/** What the network answers in this process. */
async function direct({ data }: Tensor & { data: Float32Array }): Promise<unknown> {
  const image = new OrtTensor('float32', data, [1, 3, height, width]);
  return (await session.run({ image }))['probability']!.data;
}

async function ask(
  path: string,
  request: Pick<InferRequest, 'inputs'> & Partial<InferRequest>,
): Promise<{ status: number; answer: InferAnswer; problem: Record<string, unknown> }> {
  const { parts, headerLength } = writeInferRequest({ parameters: { binary_data_output: true }, ...request });
  const response = await fetch(`${address}/v2/models/${path}/infer`, {
    method: 'POST',
    headers: { authorization, [headerLengthName]: String(headerLength) },
    body: Buffer.concat(parts),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = headerLengthOf(response.headers.get(headerLengthName) ?? undefined);
  if (response.ok) return { status: response.status, answer: readInferAnswer(bytes, length), problem: {} };
  const problem = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
  return { status: response.status, answer: { model_name: '', outputs: [] }, problem };
}

async function get(path: string, headers: Record<string, string> = { authorization }) {
  const response = await fetch(`${address}${path}`, { headers });
  return { status: response.status, json: await response.json() };
}

function held(tensors: readonly Tensor[]): HeldTensor[] {
  return tensors.map((tensor) => ({ ...tensor, bytes: bytesOfTensor(tensor) }));
}

async function counts(): Promise<unknown> {
  const [row] = await world.database.query(
    `select (select count(*) from cairn.inference) as inferences, (select count(*) from cairn.receipt) as receipts,
            (select count(*) from cairn.event where kind = 'inference.made') as events`,
  );
  return row;
}

test('server and models are described; health is told to anyone, models to those who are signed in', async () => {
  expect(await get('/v2', {})).toMatchObject({ json: { name: 'cairn', extensions: ['binary_tensor_data'] } });
  expect(await get('/v2/health/live', {})).toEqual({ status: 200, json: { live: true } });
  expect(await get('/v2/health/ready', {})).toEqual({ status: 200, json: { ready: true } });
  expect(await get('/v2/models/bright')).toMatchObject({
    status: 200,
    json: { name: 'bright', versions: ['1'], inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] }] },
  });
  expect(await get('/v2/models/bright/versions/1/ready')).toEqual({
    status: 200,
    json: { name: 'bright', ready: true },
  });
  expect(await get('/v2/models/bright', {})).toMatchObject({
    status: 401,
    json: { error: expect.any(String) as string },
  });
  const refused = await fetch(`${address}/v2/models/bright/infer`, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(401);
});

test('an answer is that of the network, and its receipt holds for what was asked and answered', async () => {
  const image = imageOf(1);
  const { status, answer } = await ask('bright/versions/1', {
    id: 'chip-1',
    inputs: [image],
    parameters: { binary_data_output: true, 'cairn:receipt': true },
  });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ id: 'chip-1', model_name: 'bright', model_version: '1' });
  expect(answer.outputs).toMatchObject([{ name: 'probability', datatype: 'FP32', shape: [1, 1, height, width] }]);
  expect(answer.outputs[0]!.data).toEqual(await direct(image));

  const carried: unknown = JSON.parse(String(answer.parameters!['cairn:receipt']));
  const digest = String(answer.parameters!['receipt']);
  const { json: kept } = await get(`/receipts/${digest}/trail`);
  expect(kept).toEqual(carried);
  const { publicKeyPem } = world.receipts;
  const verdict = verifyInference(
    { receipt: carried, outputs: held(answer.outputs), inputs: held([image]) },
    { publicKeyPem },
  );
  expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
  const version = await world.versions.get('bright', 1);
  const facts = Object.fromEntries(
    verdict.facts.filter(({ receipt }) => receipt === 'inference').map((f) => [f.name, f]),
  );
  expect(facts['version']).toMatchObject({ value: 'bright/1', ok: true });
  expect(facts['weightsDigest']).toMatchObject({ value: version.weights_digest, known: 'witnessed' });
  expect(facts['approver']).toMatchObject({ value: { name: 'devi' } });

  // One changed value of the answer, or another image, is not what was signed.
  const [output] = answer.outputs;
  const changed = {
    ...output!,
    data: Float32Array.from(output!.data as Float32Array, (v, i) => (i === 5 ? v / 2 : v)),
  };
  for (const other of [
    { outputs: held([changed]), inputs: held([image]) },
    { outputs: held(answer.outputs), inputs: held([imageOf(2)]) },
  ]) {
    const { ok, checks } = verifyInference({ receipt: carried, ...other }, { publicKeyPem });
    expect([ok, checks.filter((check) => !check.ok).length]).toEqual([false, 1]);
  }
});

test('asked the same again, in whatever form, an answer names the receipt that there is; the bytes are not kept', async () => {
  const image = imageOf(3);
  const first = await ask('bright', { inputs: [image] });
  const after = await counts();
  const again = await Promise.all([1, 2, 3].map(() => ask('bright', { inputs: [image] })));
  const json = await fetch(`${address}/v2/models/bright/infer`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [{ ...image, data: [...image.data] }] }),
  });
  const told = (await json.json()) as { parameters: { receipt: Digest }; outputs: { data: number[] }[] };
  expect(Float32Array.from(told.outputs[0]!.data)).toEqual(first.answer.outputs[0]!.data);
  const named = [...again.map(({ answer }) => answer.parameters!['receipt']), told.parameters.receipt];
  expect(new Set(named)).toEqual(new Set([first.answer.parameters!['receipt']]));
  expect(await counts()).toEqual(after);
  const other = await ask('bright', { inputs: [imageOf(4)] });
  expect(other.answer.parameters!['receipt']).not.toBe(first.answer.parameters!['receipt']);
});

test('what is asked at once is answered apart', async () => {
  const images = [5, 6, 7, 8].map(imageOf);
  const answers = await Promise.all(images.map((image) => ask('bright', { inputs: [image] })));
  for (const [at, { answer }] of answers.entries()) {
    expect(answer.outputs[0]!.data).toEqual(await direct(images[at]!));
    const bundle = await world.receipts.get(world.database, answer.parameters!['receipt'] as Digest);
    const { inputTensors } = readStatement(openBundle(bundle).payload).predicate.facts;
    const inputs = held([images[at]!]);
    const receipt = { bundle, upstream: await world.receipts.upstreamOf(world.database, bundle) };
    expect(inputTensors).toMatchObject({ value: { tensors: [{ name: 'image' }] } });
    expect(
      verifyInference({ receipt, outputs: held(answer.outputs), inputs }, { publicKeyPem: world.receipts.publicKeyPem })
        .ok,
    ).toBe(true);
  }
});

test('only versions in production answer, by whatever name', async () => {
  await world.propose('dim');
  const inputs = [imageOf(1)];
  const before = await counts();
  expect(await ask('dim/versions/1', { inputs })).toMatchObject({
    status: 409,
    problem: { code: 'version-not-in-production', error: expect.any(String) as string },
  });
  expect(await ask('dim', { inputs })).toMatchObject({ status: 409 });
  expect(await ask('bright/versions/7', { inputs })).toMatchObject({ status: 404, problem: { code: 'not-found' } });
  expect(await ask('gloomy', { inputs })).toMatchObject({ status: 404 });
  expect((await get('/v2/models/dim/ready')).status).toBe(409);
  expect(await counts()).toEqual(before);
});

test.each([
  ['another tensor beside the image', { inputs: [imageOf(1), { ...imageOf(2), name: 'mask' }] }, '/inputs'],
  ['a block', { inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: ['AA=='] }] }, '/inputs/0/datatype'],
  ['a block of plain pixels', { inputs: [plainBlock()] }, '/inputs/0/shape'],
  [
    'an output that there is none of',
    { inputs: [imageOf(1)], outputs: [{ name: 'mask', parameters: {} }] },
    '/outputs/0/name',
  ],
  [
    'a size that the network does not take',
    { inputs: [{ ...imageOf(1), shape: [1, 3, width * height, 1] }] },
    '/inputs/0/shape',
  ],
  [
    'values that are no colours',
    { inputs: [{ ...imageOf(1), data: new Float32Array(3 * width * height).fill(NaN) }] },
    '/inputs/0/data',
  ],
] as [string, Pick<InferRequest, 'inputs'>, string][])(
  'a request with %s is refused, and leaves nothing',
  async (_, request, where) => {
    const before = await counts();
    expect(await ask('bright', request)).toMatchObject({ status: 400, problem: { where, code: 'input-invalid' } });
    expect(await counts()).toEqual(before);
  },
);

test('a body that is no request is refused', async () => {
  for (const body of ['{', '', '[]', '{"inputs": []}']) {
    const response = await fetch(`${address}/v2/models/bright/infer`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    expect([body, response.status]).toEqual([body, 400]);
    expect(await response.json()).toMatchObject({ error: expect.any(String) as string });
  }
});

test('when its version is taken back, an answer can be told to have fallen', async () => {
  const { answer } = await ask('bright', { inputs: [imageOf(9)] });
  const receipt = answer.parameters!['receipt'] as Digest;
  await world.approvals.changeStage('bright', 1, { to: 'revoked', reason: 'It was found to be wrong.' }, approver);
  const { database, receipts } = world;
  const revocations = new Revocations({ database, receipts, outbox: world.outbox });
  expect(await revocations.about([receipt])).toMatchObject([{ kind: 'version', name: 'bright/1' }]);
  expect((await ask('bright', { inputs: [imageOf(9)] })).status).toBe(409);
});
