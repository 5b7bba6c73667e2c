import { generateKey, verifyFeatureCollection, writePublicKey } from '@cairn/receipt';
import { expect, test } from 'vitest';
import { bundlePaths, withResealedFact, withSignedLie, withValue } from '../../../packages/receipt/test/tamper.ts';
import { PUBLIC_KEY_PEM, signedFile, type SignedFile } from '../../../packages/receipt/test/trail.ts';
import { failuresByFamily, stepsOf, type StepState } from '../src/trail/steps.ts';

const look = (file: SignedFile, publicKeyPem: string | undefined = PUBLIC_KEY_PEM) =>
  verifyFeatureCollection(file, { publicKeyPem });
const states = (...given: Parameters<typeof look>): Record<string, StepState> =>
  Object.fromEntries(stepsOf(look(...given)).map(({ name, state }) => [name, state]));
const brokenOf = (...given: Parameters<typeof look>): string[] =>
  Object.entries(states(...given)).flatMap(([name, state]) => (state === 'broken' ? [name] : []));
const familiesOf = (...given: Parameters<typeof look>): string[] =>
  failuresByFamily(look(...given)).map(([family]) => family);

test('what was only told is not passed off as checked', () => {
  expect(states(signedFile({ origin: 'training' }))).toMatchObject({ run: 'checked', data: 'checked' });
  expect(states(signedFile({ origin: 'import' }))).toEqual({
    features: 'checked',
    imagery: 'checked',
    approver: 'checked',
    model: 'checked',
    run: 'told',
    data: 'checked',
    code: 'checked',
  });
});

test('every step names the receipt that it stands on', () => {
  const verdict = look(signedFile({ origin: 'training' }));
  const digests = stepsOf(verdict).map(({ receipt }) => receipt);
  expect(digests.every((digest) => verdict.receipts.some((held) => held.digest === digest && held.ok))).toBe(true);
});

test('a change of the buildings breaks the step of the buildings alone', () => {
  const moved = withValue(signedFile(), ['features', 3, 'geometry', 'coordinates', 0, 0, 0], 85.52);
  expect(brokenOf(moved)).toEqual(['features']);
  expect(familiesOf(moved)).toEqual(['features']);
});

test.each([
  ['approver', 'approver'],
  ['weightsDigest', 'model'],
  ['mlflowRun', 'run'],
  ['datasetDigest', 'data'],
  ['packageDigest', 'code'],
  ['imageryDigests', 'imagery'],
])('a forged %s breaks the step that it belongs to', (fact, step) => {
  const file = signedFile();
  const shown = withValue(file, ['cairn:receipt', 'facts', fact], 'forged');
  expect(brokenOf(shown)).toEqual([step]);
  const resealed = withResealedFact(file, bundlePaths(file)[0]!, fact, 'forged');
  expect(brokenOf(resealed)).toContain(step);
  const lie = withSignedLie(file, bundlePaths(file)[0]!, ['predicate', 'facts', fact, 'value'], 'forged');
  expect(brokenOf(lie)).toContain(step);
});

test('under a key of another Cairn nothing is called checked, and nothing is called broken but what is', () => {
  const other = writePublicKey(generateKey().publicKey);
  expect(new Set(Object.values(states(signedFile(), other)))).toEqual(new Set(['unchecked']));
  expect(familiesOf(signedFile(), other)).toEqual(['key']);
  const taken = { ...signedFile(), features: signedFile().features.slice(1) };
  expect(brokenOf(taken, other)).toEqual(['features']);
});

test('names of the language itself, put into a file as facts, belong to no step', () => {
  const file = withValue(signedFile(), ['cairn:receipt', 'facts'], JSON.parse('{"constructor": 1, "__proto__": 2}'));
  expect(brokenOf(file)).toContain('features');
});
