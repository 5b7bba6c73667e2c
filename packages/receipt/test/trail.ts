import {
  attach,
  type Bundle,
  type Digest,
  digestHex,
  digestOf,
  type Fact,
  type FactName,
  type FactValues,
  generateKey,
  type Kind,
  type Known,
  makeReceipt,
  makeStatement,
  Manifest,
  payloadDigest,
  type PrivateKey,
  type Receipt,
  type RECEIPT_MEMBER,
  signStatement,
  type Subject,
  type Upstream,
  writePrivateKey,
  writePublicKey,
} from '../src/index.ts';

/** A building of the test files: a rectangle with, for every third, a courtyard. */
export interface Building {
  type: 'Feature';
  id: string;
  geometry: { type: string; coordinates: number[][][] };
  properties: Record<string, unknown>;
}

/** A feature collection with its receipt, plain enough for a test to change anything. */
export interface SignedFile {
  type: string;
  features: Building[];
  [RECEIPT_MEMBER]: Receipt;
}

export const ISSUED_AT = '2026-11-23T12:00:00Z';
const KEY: PrivateKey = generateKey();
export const PRIVATE_KEY_PEM = writePrivateKey(KEY);
export const PUBLIC_KEY_PEM = writePublicKey(KEY.publicKey);

const degrees = (units: number): number => Number((units / 1e7).toFixed(7));

function rectangle(x: number, y: number, width: number, height: number): number[][] {
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ];
  return corners.map((corner) => corner.map(degrees));
}

export function buildings(count: number): Building[] {
  const manifest = new Manifest();
  return Array.from({ length: count }, (_, index) => {
    const [x, y] = [855_200_000 + index * 3000, 276_300_000 + (index % 7) * 2000];
    const rings = [rectangle(x, y, 1000 + index, 900)];
    if (index % 3 === 0) rings.push(rectangle(x + 300, y + 300, 200, 200).reverse());
    const geometry = { type: 'Polygon', coordinates: rings };
    const properties: Record<string, unknown> = {
      confidence: 0.5 + index / 1000,
      area_m2: 100.25 + index,
      tags: { building: 'yes', roof: [index % 4, 'metal'] },
    };
    const id = manifest.add({ type: 'Feature', geometry, properties });
    return { type: 'Feature', id, geometry, properties: { id, ...properties } };
  });
}

export const WEIGHTS = digestOf('weights');
export const PACKAGE = digestOf('package');
export const DATASET = digestOf('dataset');
export const IMAGERY: Digest[] = [digestOf('imagery 1'), digestOf('imagery 2')].sort();

export function fact<N extends FactName>(value: FactValues[N], known: Known = 'witnessed'): Fact<N> {
  return { value, known };
}

const subject = (name: string, digest: Digest): Subject => ({ name, digest: { sha256: digestHex(digest) } });
export const arrow = (kind: Kind, bundle: Bundle): Upstream => ({ kind, digest: payloadDigest(bundle) });

const MODEL = { model: fact<'model'>('building-detector') };
const CODE = { codeCommit: fact<'codeCommit'>({ commit: 'c0ffee'.padEnd(40, '0'), path: 'models/building-detector' }) };

/** The facts of the version's run: seen here by a training, told by the record of an import. */
function runFacts(known: Known) {
  return {
    ...MODEL,
    version: fact<'version'>('building-detector-1'),
    packageDigest: fact<'packageDigest'>(PACKAGE),
    environmentDigest: fact<'environmentDigest'>(digestOf('requirements.lock'), known),
    weightsDigest: fact<'weightsDigest'>(WEIGHTS),
    mlflowRun: fact<'mlflowRun'>('0123456789abcdef0123456789abcdef', known),
    datasetDigest: fact<'datasetDigest'>({ digest: DATASET, dvcMd5: null }, known),
  };
}

export interface TrailOptions {
  readonly origin?: 'training' | 'import';
  readonly features?: Building[];
  /** Content of the dataset that the origin points to, if not the one it states. */
  readonly datasetReceipt?: Digest;
  /** What the prediction says of the run: weaker or, to lie, stronger than its origin. */
  readonly predictionKnows?: Known;
  readonly predictionFacts?: { readonly [N in FactName]?: Fact<N> };
  readonly predictionUpstream?: (upstream: Upstream[]) => Upstream[];
}

/** A whole trail as an installation issues it, attached to a file of buildings. */
export function signedFile(options: TrailOptions = {}): SignedFile {
  const { origin = 'import', features = buildings(12), datasetReceipt = DATASET } = options;
  const known: Known = origin === 'import' ? 'imported' : 'witnessed';
  const signed = (statement: Parameters<typeof signStatement>[0]): Bundle => signStatement(statement, PRIVATE_KEY_PEM);
  const registration = signed(
    makeStatement(
      'registration',
      {
        ...MODEL,
        ...CODE,
        packageDigest: fact(PACKAGE),
        environmentDigest: { value: digestOf('requirements.lock'), known: 'witnessed', source: 'requirements.lock' },
      },
      [subject('package', PACKAGE)],
      [],
      ISSUED_AT,
    ),
  );
  const datasetFacts = {
    dataset: fact<'dataset'>('scene'),
    datasetDigest: fact<'datasetDigest'>({ digest: datasetReceipt, dvcMd5: `${'ab'.repeat(16)}.dir` }),
  };
  const dataset = signed(makeStatement('dataset', datasetFacts, [subject('scene', datasetReceipt)], [], ISSUED_AT));
  const imagery = IMAGERY.map((digest, index) => {
    const facts = { imagery: fact<'imagery'>(`aoi-${index}`), imageryDigests: fact<'imageryDigests'>([digest]) };
    return signed(makeStatement('imagery', facts, [subject('imagery.tif', digest)], [], ISSUED_AT));
  });
  const run = signed(
    makeStatement(
      origin,
      { ...runFacts(known), parameters: fact({ seed: 7, steps: 600 }, known), seed: fact(7, known) },
      [subject('model.onnx', WEIGHTS)],
      [arrow('registration', registration), arrow('dataset', dataset)],
      ISSUED_AT,
    ),
  );
  const approver = fact<'approver'>({
    name: 'Asha',
    reason: 'IoU 0.75 on held-out chips',
    at: ISSUED_AT,
    selfApproved: false,
  });
  const approvalFacts = {
    ...MODEL,
    version: fact<'version'>('building-detector-1'),
    weightsDigest: fact<'weightsDigest'>(WEIGHTS),
    approver,
  };
  const approval = signed(
    makeStatement('approval', approvalFacts, [subject('model.onnx', WEIGHTS)], [arrow(origin, run)], ISSUED_AT),
  );
  const manifest = new Manifest();
  for (const feature of features) manifest.add(feature);
  const direct = [arrow('approval', approval), ...imagery.map((one) => arrow('imagery', one))];
  const prediction = signed(
    makeStatement(
      'prediction',
      {
        ...runFacts(options.predictionKnows ?? known),
        ...CODE,
        approver,
        parameters: fact({ threshold: 0.5, simplify: true }),
        imageryDigests: fact(IMAGERY),
        aoi: fact({ type: 'Polygon', coordinates: [rectangle(855_200_000, 276_300_000, 100_000, 100_000)] }),
        features: fact({ count: manifest.count, manifest: manifest.digest() }),
        areaKm2: fact(1.25),
        softwareVersion: fact('0.1.0'),
        licences: fact([{ title: 'Generated scene', licence: 'CC0-1.0', attribution: 'Cairn' }]),
        ...options.predictionFacts,
      },
      [subject('manifest', manifest.digest())],
      options.predictionUpstream?.(direct) ?? direct,
      ISSUED_AT,
    ),
  );
  const upstream = [approval, run, registration, dataset, ...imagery];
  const collection = { type: 'FeatureCollection', features };
  // Through JSON, as every reader of a file gets it: nothing is shared, so a test may change what it likes.
  return JSON.parse(
    JSON.stringify(attach(collection, makeReceipt(prediction, upstream, PUBLIC_KEY_PEM))),
  ) as SignedFile;
}
