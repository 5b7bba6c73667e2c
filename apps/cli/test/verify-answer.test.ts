import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeInferAnswer, writeInferRequest, type InferAnswer, type Tensor } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inferenceReceipt } from '../../../packages/receipt/test/inference.ts';
import { PUBLIC_KEY_PEM } from '../../../packages/receipt/test/trail.ts';
import { heldTensors } from '../src/answer.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const image: Tensor = {
  name: 'image',
  datatype: 'UINT8',
  shape: [1, 3, 1, 2],
  data: new Uint8Array([0, 34, 92, 123, 125, 255]),
};
const probability: Tensor = {
  name: 'probability',
  datatype: 'FP32',
  shape: [1, 1, 1, 2],
  data: new Float32Array([0.25, 0.1]),
};
const receipt = inferenceReceipt(heldTensors([image]), heldTensors([probability]));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-answer-'));
  await writeFile(join(folder, 'cairn.pub'), PUBLIC_KEY_PEM);
  await writeFile(join(folder, 'receipt.json'), JSON.stringify(receipt));
  const { parts } = writeInferRequest({ parameters: {}, inputs: [image] });
  await writeFile(join(folder, 'request.bin'), Buffer.concat(parts));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function answer(name: string, change: Partial<InferAnswer>, isBinary: boolean): Promise<string> {
  const whole = { model_name: 'bright {"', model_version: '1', outputs: [probability], ...change };
  const file = join(folder, name);
  await writeFile(file, Buffer.concat(writeInferAnswer(whole, () => isBinary).parts));
  return file;
}

async function cairn(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (told.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...told };
}

const verify = (...args: string[]) => cairn('verify', ...args, '--key', join(folder, 'cairn.pub'));

test('an answer that carries its receipt is verified alone, one that does not by a file, with what was asked', async () => {
  const parameters = { receipt: 'sha256:…', 'cairn:receipt': JSON.stringify(receipt) };
  const carrying = await verify(await answer('carrying.json', { parameters }, false));
  expect(JSON.parse(carrying.stdout)).toMatchObject({ ok: true });
  const request = ['--request', join(folder, 'request.bin')];
  const binary = await answer('answer.bin', {}, true);
  const beside = await verify(binary, '--receipt', join(folder, 'receipt.json'), ...request);
  expect([beside.code, beside.stderr]).toEqual([0, '']);
  const { checks } = JSON.parse(beside.stdout) as { checks: { name: string }[] };
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['tensors/answer', 'tensors/request']));
});

test('what the receipt signs can be had for other programs', async () => {
  const file = await answer('other.bin', {}, true);
  const out = join(folder, 'parts');
  const { code } = await cairn('receipt', 'extract', file, '--receipt', join(folder, 'receipt.json'), '--out', out);
  expect(code).toBe(0);
  const read = (name: string): Promise<Buffer> => readFile(join(out, name));
  const subject = receipt.facts['outputTensors'] as { digest: string };
  expect(digestOf(await read('tensors.json'))).toBe(subject.digest);
  expect(JSON.parse((await read('inference.sigstore.json')).toString())).toEqual(receipt.bundle);
  expect(JSON.parse((await read('upstream-1.sigstore.json')).toString())).toEqual(receipt.upstream[0]);
});

test('a changed answer does not hold, and one without a receipt is told where to get it', async () => {
  const changed = { ...probability, data: new Float32Array([0.25, 0.2]) };
  const lie = await answer('lie.json', { outputs: [changed] }, false);
  const refused = await verify(lie, '--receipt', join(folder, 'receipt.json'));
  expect(refused.code).toBe(4);
  expect(refused.stdout).toContain('see probability');
  const bare = await verify(await answer('bare.json', { parameters: { receipt: 'sha256:ab' } }, false));
  expect(bare.code).toBe(2);
  expect(bare.stdout + bare.stderr).toContain('cairn receipt get sha256:ab');
});
