import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  attach,
  type Bundle,
  decodeBase64,
  digestHex,
  digestOf,
  extract,
  makeStatement,
  openBundle,
  payloadDigest,
  preAuthenticationEncoding,
  readPublicKey,
  readStatement,
  RECEIPT_MEMBER,
  sha256Hex,
  signStatement,
  verifyEnvelope,
} from '../src/index.ts';
import { DATASET, fact, ISSUED_AT, PACKAGE, PRIVATE_KEY_PEM, PUBLIC_KEY_PEM, signedFile, WEIGHTS } from './trail.ts';

const SUBJECT = [{ name: 'scene', digest: { sha256: digestHex(DATASET) } }];
const FACTS = {
  dataset: fact<'dataset'>('scene'),
  datasetDigest: fact<'datasetDigest'>({ digest: DATASET, dvcMd5: null }),
};
const make = (): Bundle => signStatement(makeStatement('dataset', FACTS, SUBJECT, [], ISSUED_AT), PRIVATE_KEY_PEM);

test('the pre-authentication encoding is that of the DSSE specification', () => {
  const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world'));
  expect(new TextDecoder().decode(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('a bundle has the form of a Sigstore bundle 0.3 around an in-toto statement', () => {
  const bundle = make();
  const { keyid } = readPublicKey(PUBLIC_KEY_PEM);
  expect(bundle).toMatchObject({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: keyid } },
    dsseEnvelope: { payloadType: 'application/vnd.in-toto+json', signatures: [{ keyid }] },
  });
  expect(JSON.parse(new TextDecoder().decode(decodeBase64(bundle.dsseEnvelope.payload)))).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'urn:cairn:attestation:dataset:v1',
    subject: SUBJECT,
    predicate: {
      facts: FACTS,
      seals: { dataset: sha256Hex('{"known":"witnessed","value":"scene"}') },
      upstream: [],
      issuedAt: ISSUED_AT,
    },
  });
});

test('issuing the same statement twice gives the same bytes', () => {
  expect(make()).toEqual(make());
});

test('openssl verifies a bundle’s signature over the pre-authentication encoding', () => {
  const { dsseEnvelope: envelope } = make();
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const payload = decodeBase64(envelope.payload);
    writeFileSync(join(folder, 'pub'), PUBLIC_KEY_PEM);
    writeFileSync(join(folder, 'pae'), preAuthenticationEncoding(envelope.payloadType, payload));
    writeFileSync(join(folder, 'sig'), decodeBase64(envelope.signatures[0].sig));
    const args = ['dgst', '-sha256', '-verify', 'pub', '-signature', 'sig', 'pae'];
    expect(execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' })).toContain('Verified OK');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a statement that says too little, too much or something else is not made', () => {
  const { dataset, datasetDigest } = FACTS;
  const other = [{ name: 'scene', digest: { sha256: sha256Hex('other') } }];
  const badDigest = { value: { digest: 'sha256:00', dvcMd5: null }, known: 'witnessed' };
  const make = makeStatement as (...args: unknown[]) => unknown;
  expect(() => make('dataset', { dataset }, SUBJECT, [], ISSUED_AT)).toThrow('must state the dataset digest');
  expect(() => make('dataset', { dataset, datasetDigest: badDigest }, SUBJECT, [], ISSUED_AT)).toThrow(
    'must be {digest',
  );
  expect(() => make('dataset', { ...FACTS, mood: fact('glad') }, SUBJECT, [], ISSUED_AT)).toThrow('no such fact');
  expect(() => make('dataset', FACTS, other, [], ISSUED_AT)).toThrow('among its subjects');
  expect(() => make('dataset', FACTS, SUBJECT, [], 'yesterday')).toThrow('/predicate/issuedAt');
  expect(() => make('dataset', FACTS, SUBJECT, [{ kind: 'rumour' }], ISSUED_AT)).toThrow('/predicate/upstream/0');
  expect(() =>
    make('dataset', { dataset: { value: 'a', known: 'hoped' }, datasetDigest }, SUBJECT, [], ISSUED_AT),
  ).toThrow('/predicate/facts/dataset/known');
});

test('an import cannot claim to have witnessed what it was told', () => {
  const run = readStatement(openBundle(signedFile({ origin: 'training' })[RECEIPT_MEMBER].upstream[1]).payload);
  const claim = makeStatement as (...args: unknown[]) => unknown;
  expect(() => claim('import', run.predicate.facts, run.subject, [], ISSUED_AT)).toThrow(/cannot have witnessed the/);
});

test('extracting a receipt gives manifest and bundles that check without Cairn’s own verify', () => {
  const file = signedFile();
  const { manifest, bundle, upstream } = extract(JSON.stringify(file));
  const envelope = openBundle(bundle);
  expect(verifyEnvelope(envelope, readPublicKey(PUBLIC_KEY_PEM))).toBe(true);
  expect(readStatement(envelope.payload).subject[0]?.digest.sha256).toBe(sha256Hex(manifest));
  expect(upstream).toHaveLength(6);
  const approval = readStatement(envelope.payload).predicate.upstream[0];
  expect(approval).toEqual({ kind: 'approval', digest: payloadDigest(upstream[0] as unknown as Bundle) });
});

test('a file without a receipt, or with a feature that no manifest can name, says so', () => {
  const file = signedFile();
  expect(() => extract('[]')).toThrow('not a GeoJSON FeatureCollection');
  expect(() => extract({ type: 'FeatureCollection', features: [] })).toThrow('carries no receipt');
  expect(() => extract({ ...file, features: [file.features[0], {}] })).toThrow('Feature 2: Not a GeoJSON Feature');
  expect(() => extract(attach(file, { bundle: 1 } as never))).toThrow('does not hold a bundle');
});

test('a bundle whose parts name two keys, or which holds another payload type, is not opened', () => {
  const bundle = make();
  const envelope = bundle.dsseEnvelope;
  const hint = digestOf('other');
  expect(() => openBundle({ ...bundle, verificationMaterial: { publicKey: { hint } } })).toThrow('key hint');
  expect(() => openBundle({ ...bundle, dsseEnvelope: { ...envelope, payloadType: 'text/plain' } })).toThrow(
    'payloadType',
  );
  expect(() => openBundle({ ...bundle, mediaType: 'other' })).toThrow('mediaType');
  for (const signatures of [[], [...envelope.signatures, ...envelope.signatures]]) {
    expect(() => openBundle({ ...bundle, dsseEnvelope: { ...envelope, signatures } })).toThrow('exactly one signature');
  }
});

test('a receipt of an evaluation is about the weights, and states figures and data', () => {
  const facts = {
    model: fact<'model'>('building-detector'),
    version: fact<'version'>('building-detector/1'),
    packageDigest: fact<'packageDigest'>(PACKAGE),
    environmentDigest: fact<'environmentDigest'>(digestOf('requirements.lock')),
    weightsDigest: fact<'weightsDigest'>(WEIGHTS),
    mlflowRun: fact<'mlflowRun'>('0123456789abcdef0123456789abcdef'),
    parameters: fact<'parameters'>({ gsd: 0.3 }),
    metrics: fact<'metrics'>({ test_iou: 0.75 }),
    ...FACTS,
  };
  const subject = [{ name: 'building-detector/1', digest: { sha256: digestHex(WEIGHTS) } }];
  expect(makeStatement('evaluation', facts, subject, [], ISSUED_AT).predicateType).toBe(
    'urn:cairn:attestation:evaluation:v1',
  );
  expect(() => makeStatement('evaluation', facts, SUBJECT, [], ISSUED_AT)).toThrow(/subject/);
  expect(() => makeStatement('evaluation', { ...facts, metrics: fact(0.75 as never) }, subject, [], ISSUED_AT)).toThrow(
    /metrics/,
  );
});
