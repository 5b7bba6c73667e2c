import { expect, test } from 'vitest';
import {
  digestOf,
  generateKey,
  makeReceipt,
  openBundle,
  payloadDigest,
  RECEIPT_MEMBER,
  revocableDigests,
  signBundle,
  verifyFeatureCollection,
  writePublicKey,
} from '../src/index.ts';
import { failures, verify } from './failures.ts';
import {
  bundlePaths,
  type Path,
  statementIn,
  withResealedFact,
  withSignedLie,
  withStatement,
  withValue,
} from './tamper.ts';
import { arrow, buildings, DATASET, fact, IMAGERY, PACKAGE, type SignedFile, signedFile, WEIGHTS } from './trail.ts';

const PREDICTION: Path = [RECEIPT_MEMBER, 'bundle'];
const APPROVAL: Path = [RECEIPT_MEMBER, 'upstream', 0];
const IMPORT: Path = [RECEIPT_MEMBER, 'upstream', 1];

const withFact = (file: SignedFile, bundle: Path, name: string, value: unknown): SignedFile =>
  withStatement(file, bundle, withValue(statementIn(file, bundle), ['predicate', 'facts', name, 'value'], value));

test('a file passes as it was issued, by an import or a training, as text or parsed', () => {
  for (const origin of ['import', 'training'] as const) {
    const file = signedFile({ origin });
    expect(failures(file)).toEqual({});
    expect(failures(JSON.stringify(file))).toEqual({});
  }
});

test('a passing file tells every fact of the trail and how it is known', () => {
  const { facts } = verify(signedFile({ origin: 'import' }));
  const told = facts.filter(({ receipt }) => receipt === 'prediction').map(({ name, known }) => `${name} ${known}`);
  expect(told).toEqual([
    'model witnessed',
    'version witnessed',
    'codeCommit witnessed',
    'packageDigest witnessed',
    'environmentDigest imported',
    'weightsDigest witnessed',
    'mlflowRun imported',
    'datasetDigest imported',
    'imageryDigests witnessed',
    'parameters witnessed',
    'aoi witnessed',
    'approver witnessed',
    'features witnessed',
    'areaKm2 witnessed',
    'softwareVersion witnessed',
    'licences witnessed',
  ]);
  const { checks } = verify(signedFile({ origin: 'import' }));
  const words = (name: string): string => checks.find((check) => check.name === name)?.words ?? '';
  expect(words('seal/prediction/mlflowRun')).toContain(
    'told by the record that came with the shipped version, not witnessed here',
  );
  expect(words('seal/prediction/weightsDigest')).toContain('witnessed here');
  expect(words('seal/prediction/approver')).toContain('Asha');
  expect(words('seal/registration/environmentDigest')).toContain('from requirements.lock');
});

test('checks come in a stable order whatever the order of upstream receipts', () => {
  const file = signedFile();
  const upstream = [...file[RECEIPT_MEMBER].upstream].reverse();
  const shuffled = { ...file, [RECEIPT_MEMBER]: { ...file[RECEIPT_MEMBER], upstream } };
  expect(verify(shuffled)).toEqual(verify(file));
});

test('a fact changed inside a payload is named by its seal', () => {
  const file = withFact(signedFile(), PREDICTION, 'weightsDigest', digestOf('other weights'));
  const failed = failures(file);
  expect(failed['signature/prediction']).toContain('changed after it was signed, in the weights digest.');
  expect(failed['seal/prediction/weightsDigest']).toContain(
    'What the receipt of the prediction says of the weights digest was changed',
  );
  expect(failed['agreement/weightsDigest']).toContain(
    'the receipt of the import of the shipped version disagree on the weights digest',
  );
  expect(Object.keys(failed)).not.toContain('seal/prediction/datasetDigest');
});

test('under a broken signature no fact is said to be witnessed', () => {
  const { facts, checks } = verify(withFact(signedFile(), PREDICTION, 'areaKm2', 2));
  const told = facts.filter(({ receipt }) => receipt === 'prediction');
  expect(told.every(({ ok, known }) => !ok && known === null)).toBe(true);
  const seals = checks.filter(({ name }) => name.startsWith('seal/prediction/'));
  expect(seals.every(({ known, words }) => known === null && !words.includes('witnessed here'))).toBe(true);
});

test('a fact changed together with its seal is named by the receipts that disagree', () => {
  const other = digestOf('other');
  const inPrediction = failures(withResealedFact(signedFile(), PREDICTION, 'packageDigest', other));
  expect(inPrediction['signature/prediction']).toContain('changed after it was signed');
  expect(inPrediction['agreement/packageDigest']).toContain(
    "the receipt of the model's registration disagree on the package digest",
  );
  expect(inPrediction['plain-copy/packageDigest']).toContain(
    'in plain sight and its receipt disagree on the package digest',
  );
  const approver = { name: 'Mallory', reason: 'because', at: '2026-11-23T12:00:00Z', selfApproved: false };
  const inApproval = failures(withResealedFact(signedFile(), APPROVAL, 'approver', approver));
  expect(inApproval['signature/approval']).toContain('The receipt of the approval was changed');
  expect(inApproval['arrow/prediction/approval']).toContain('not in the file or was changed');
  expect(inApproval['agreement/approver']).toMatch(
    /receipt of the approval disagree on the approver: Asha.* in the prediction, Mallory.* there/,
  );
  const own = failures(withResealedFact(signedFile(), PREDICTION, 'areaKm2', 99));
  expect(own['plain-copy/areaKm2']).toContain('1.25 km² in plain sight, 99 km² in the receipt');
});

test('the facts that a reader sees in plain sight are held to the signed ones', () => {
  const path = [RECEIPT_MEMBER, 'facts', 'approver', 'name'];
  expect(Object.keys(failures(withValue(signedFile(), path, 'Mallory')))).toEqual(['plain-copy/approver']);
});

test('a receipt does not fit another file, nor another receipt this one', () => {
  const file = signedFile();
  const other = signedFile({ features: buildings(14).slice(2) });
  expect(Object.keys(failures({ ...file, features: other.features }))).toEqual(['features/manifest']);
  const upstream = file[RECEIPT_MEMBER].upstream.toSpliced(
    1,
    1,
    signedFile({ origin: 'training' })[RECEIPT_MEMBER].upstream[1]!,
  );
  const failed = failures({ ...file, [RECEIPT_MEMBER]: { ...file[RECEIPT_MEMBER], upstream } });
  expect(failed['arrow/approval/import']).toContain('not in the file');
  expect(failed['arrow/beside/training']).toContain('changed or added');
});

test('a missing upstream receipt is named', () => {
  const file = signedFile();
  const kinds = ['approval', 'import', 'registration', 'dataset', 'imagery-1'];
  for (const [index, kind] of kinds.entries()) {
    const upstream = file[RECEIPT_MEMBER].upstream.toSpliced(index, 1);
    const failed = failures({ ...file, [RECEIPT_MEMBER]: { ...file[RECEIPT_MEMBER], upstream } });
    const arrows = Object.keys(failed).filter((name) => name.startsWith('arrow/'));
    expect(arrows.some((name) => name.endsWith(`/${kind.replace('-1', '')}`))).toBe(true);
  }
});

test('the same trail signed by a stranger fails for the key, and cannot bring its own', () => {
  const stranger = generateKey();
  const file = signedFile();
  const resigned = (bundle: unknown) => signBundle(openBundle(bundle).payload, stranger);
  const { bundle, upstream } = file[RECEIPT_MEMBER];
  const receipt = makeReceipt(resigned(bundle), upstream.map(resigned), writePublicKey(stranger.publicKey));
  const forged = { ...file, [RECEIPT_MEMBER]: receipt };
  const failed = failures(forged);
  expect(failed['key']).toContain('signed by another key');
  expect(failed['signature/approval']).toContain('signed by another key');
  const keyless = verifyFeatureCollection(forged, {});
  expect(keyless.ok).toBe(false);
  expect(keyless.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['key']);
  expect(keyless.checks.find(({ name }) => name === 'key')?.words).toContain('You gave no public key');
  expect(keyless.facts.every(({ known, ok }) => known === null && !ok)).toBe(true);
});

test('a key that is no key, or a key in the file that was exchanged, is told', () => {
  const file = signedFile();
  const bad = verifyFeatureCollection(file, { publicKeyPem: 'cairn.pub' });
  expect(bad.checks.find(({ name }) => name === 'key')?.words).toContain('not an ECDSA P-256 public key');
  const other = writePublicKey(generateKey().publicKey);
  expect(Object.keys(failures(withValue(file, [RECEIPT_MEMBER, 'key'], other)))).toEqual(['key']);
});

test('a prediction never passes off as witnessed what its origin was told', () => {
  const failed = failures(signedFile({ origin: 'import', predictionKnows: 'witnessed' }));
  expect(Object.keys(failed).sort()).toEqual([
    'agreement/datasetDigest',
    'agreement/environmentDigest',
    'agreement/mlflowRun',
  ]);
  expect(failed['agreement/mlflowRun']).toContain('passes off the MLflow run as witnessed');
  expect(failures(signedFile({ origin: 'training', predictionKnows: 'imported' }))).toEqual({});
});

test('an import that was signed with a claim it cannot make fails all the same', () => {
  const file = signedFile();
  const lie = withSignedLie(file, IMPORT, ['predicate', 'facts', 'mlflowRun', 'known'], 'witnessed');
  const failed = failures(lie);
  expect(failed['seal/import/mlflowRun']).toContain('passed off as witnessed');
  expect(failed['signature/import']).toBeUndefined();
});

test('a receipt whose subject is not what its facts are about fails though it is signed', () => {
  const lie = withSignedLie(signedFile(), PREDICTION, ['subject', 0, 'digest', 'sha256'], 'ab'.repeat(32));
  expect(Object.keys(failures(lie))).toEqual(['subject/prediction']);
});

test('facts that were signed but contradict the receipts they build on fail', () => {
  const other = digestOf('other');
  const [first = other] = IMAGERY;
  expect(
    failures(signedFile({ predictionFacts: { weightsDigest: fact(other) } }))['agreement/weightsDigest'],
  ).toBeDefined();
  const imagery = failures(signedFile({ predictionFacts: { imageryDigests: fact([first]) } }));
  expect(imagery['agreement/imageryDigests']).toContain('disagree on the imagery digests');
  const dataset = fact<'datasetDigest'>({ digest: other, dvcMd5: null }, 'imported');
  expect(
    failures(signedFile({ predictionFacts: { datasetDigest: dataset } }))['agreement/datasetDigest'],
  ).toBeDefined();
});

test('a prediction fails where the dataset on its trail is not the one that its version was trained on', () => {
  const failed = failures(signedFile({ datasetReceipt: digestOf('another dataset') }));
  expect(Object.keys(failed)).toEqual(['agreement/datasetDigest']);
  expect(failed['agreement/datasetDigest']).toContain('the receipt of the dataset disagree');
});

test('a receipt of another kind is no receipt of a prediction', () => {
  const file = signedFile();
  const failed = failures(withValue(file, PREDICTION, file[RECEIPT_MEMBER].upstream[0]));
  expect(failed['form/prediction']).toContain('about another thing (approval)');
});

test('a signed value that is no value of its fact fails', () => {
  const lie = withSignedLie(signedFile(), PREDICTION, ['predicate', 'facts', 'softwareVersion', 'value'], 7);
  expect(failures(lie)['seal/prediction/softwareVersion']).toContain('the software version must be a text');
});

test('a prediction that does not point to its approval or imagery fails though it is signed', () => {
  const without = (kind: string): SignedFile =>
    signedFile({ predictionUpstream: (upstream) => upstream.filter((one) => one.kind !== kind) });
  expect(failures(without('approval'))['arrow/prediction/approval/count']).toContain('exactly one');
  expect(failures(without('imagery'))['arrow/prediction/imagery/count']).toContain('at least one');
  const file = signedFile();
  const twice = failures(
    signedFile({
      predictionUpstream: (upstream) => [...upstream, arrow('dataset', file[RECEIPT_MEMBER].upstream[0]!)],
    }),
  );
  expect(twice['arrow/prediction/dataset']).toBeDefined();
});

test('a file without a receipt says what to do', () => {
  const { type, features } = signedFile();
  expect(failures({ type, features })['receipt']).toContain('get the file again from where it was made');
  expect(failures('not json')['file']).toContain('Not JSON');
  expect(failures({ type: 'Feature' })['file']).toContain('not a GeoJSON FeatureCollection');
});

test('nothing that a file holds can steer the terminal it is shown on', () => {
  const nasty = '\u001b[2K\u202eok\r\u0007';
  const file = signedFile();
  const files = [
    withValue(file, ['features', 0, 'id'], nasty),
    withValue(file, ['features', 0, 'properties', nasty], 1),
    withFact(file, PREDICTION, 'version', nasty),
    withStatement(file, PREDICTION, withValue(statementIn(file, PREDICTION), ['predicate', 'facts', nasty], fact(1))),
    withStatement(file, APPROVAL, withValue(statementIn(file, APPROVAL), ['predicate', 'upstream', 0, 'kind'], nasty)),
    withValue(file, [RECEIPT_MEMBER, 'facts', nasty], 1),
    { ...file, [nasty]: 1 },
    `{"${nasty}`,
  ];
  for (const bundle of bundlePaths(file))
    files.push(withValue(file, [...bundle, 'dsseEnvelope', 'payloadType'], nasty));
  for (const one of files) {
    const { checks, facts } = verify(one);
    const shown = [...checks.map(({ name, words }) => name + words), ...facts.map(({ title, words }) => title + words)];
    expect(shown.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  }
});

test('a verification tells the receipts of a file and the digests by which to ask whether something was taken back', () => {
  const file = signedFile({ origin: 'training' });
  const found = verify(file);
  const [own] = found.receipts;
  expect(found.receipts.map(({ label, ok }) => `${label} ${ok}`)).toEqual([
    'prediction true',
    'approval true',
    'training true',
    'registration true',
    'dataset true',
    'imagery-1 true',
    'imagery-2 true',
  ]);
  expect(own?.digest).toBe(payloadDigest(file[RECEIPT_MEMBER].bundle));
  expect(revocableDigests(found)).toEqual([own?.digest, PACKAGE, WEIGHTS, DATASET]);
});
