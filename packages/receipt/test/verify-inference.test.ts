import { expect, test } from 'vitest';
import { type HeldTensor, RECEIPT_MEMBER, verifyInference } from '../src/index.ts';
import { inferenceReceipt, tensor } from './inference.ts';
import { PUBLIC_KEY_PEM, signedFile } from './trail.ts';

const image = tensor('image', new Uint8Array([1, 2, 3, 4]));
const answer = tensor('probability', new Uint8Array([9, 8, 7]));
const other = tensor('edges', new Uint8Array([5, 5]));
const receipt = inferenceReceipt([image], [answer, other]);

/** What fails, name to words. */
function failures(
  outputs: readonly HeldTensor[],
  inputs?: readonly HeldTensor[],
  given: unknown = receipt,
  key: string | undefined = PUBLIC_KEY_PEM,
): Record<string, string> {
  const held = { receipt: given, outputs, ...(inputs === undefined ? {} : { inputs }) };
  const { ok, checks } = verifyInference(held, { publicKeyPem: key });
  const failed = checks.filter((check) => !check.ok);
  expect(ok).toBe(failed.length === 0);
  return Object.fromEntries(failed.map(({ name, words }) => [name, words]));
}

test('an answer passes with what was asked or without, and tells its facts', () => {
  expect(failures([answer, other], [image])).toEqual({});
  expect(failures([answer, other])).toEqual({});
  const { facts } = verifyInference({ receipt, outputs: [answer, other] }, { publicKeyPem: PUBLIC_KEY_PEM });
  const told = Object.fromEntries(
    facts.filter((fact) => fact.receipt === 'inference').map((fact) => [fact.name, fact]),
  );
  expect(told['outputTensors']!.words).toMatch(/^probability UINT8 \[1,3\] sha256:[0-9a-f]{64}, edges UINT8/);
  expect(told['weightsDigest']).toMatchObject({ ok: true, known: 'witnessed' });
  expect(told['datasetDigest']).toMatchObject({ ok: true, known: 'imported' });
});

test.each([
  ['a changed value', [tensor('probability', new Uint8Array([9, 8, 6])), other], 'see probability'],
  ['another name', [{ ...answer, name: 'mask' }, other], 'see mask, probability'],
  ['another shape', [{ ...answer, shape: [3] }, other], 'see probability'],
  ['another datatype', [{ ...answer, datatype: 'BOOL' }, other], 'see probability'],
  ['a tensor less', [answer], 'see edges'],
  ['another order', [other, answer], 'another order'],
])('an answer with %s is not what was signed, and the words name it', (_, outputs, words) => {
  expect(failures(outputs)).toEqual({ 'tensors/answer': expect.stringContaining(words) as string });
});

test('another image is not what was asked', () => {
  const failed = failures([answer, other], [tensor('image', new Uint8Array([1, 2, 3, 5]))]);
  expect(failed).toEqual({ 'tensors/request': expect.stringContaining('see image') as string });
});

test('a receipt of a prediction, none, or one without a key vouches for no answer', () => {
  expect(failures([answer], undefined, signedFile()[RECEIPT_MEMBER])).toHaveProperty('form/inference');
  for (const none of [null, 'receipt', 7, [], {}])
    expect(failures([answer], undefined, none)).toHaveProperty('receipt');
  const { checks } = verifyInference({ receipt, outputs: [answer, other] }, {});
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['key', 'tensors/answer']);
});
