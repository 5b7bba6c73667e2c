import {
  digestHex,
  digestOf,
  featureId,
  generateKey,
  type JsonValue,
  makeReceipt,
  makeStatement,
  Manifest,
  type Receipt,
  signStatement,
  writePrivateKey,
  writePublicKey,
} from '@cairn/receipt';
import { type Collection, exported, type Feature, type FormatName, type Shape } from '../src/index.ts';

const key = generateKey();
/** The key that signs the predictions of these tests, PEM. */
export const publicKeyPem = writePublicKey(key.publicKey);
const witnessed = <T>(value: T): { value: T; known: 'witnessed' } => ({ value, known: 'witnessed' });

/** A building with its id. */
export function building(geometry: Shape, properties: Record<string, JsonValue>): Feature {
  const plain = { type: 'Feature' as const, geometry, properties };
  return { ...plain, id: featureId(plain) };
}

/** A prediction of these features; its receipt is real but builds on nothing, so a verification of its trail fails. */
export function prediction(features: readonly Feature[]): Collection & { receipt: Receipt } {
  const manifest = new Manifest();
  for (const feature of features) manifest.add(feature);
  const digest = digestOf('anything');
  const statement = makeStatement(
    'prediction',
    {
      model: witnessed('building-detector'),
      version: witnessed('building-detector/7'),
      codeCommit: witnessed({ commit: null, path: '', reason: 'a test' }),
      packageDigest: witnessed(digest),
      environmentDigest: witnessed(digest),
      weightsDigest: witnessed(digest),
      mlflowRun: witnessed('run-1'),
      datasetDigest: witnessed({ digest, dvcMd5: null }),
      parameters: witnessed({ threshold: 0.5 }),
      imagery: witnessed('flight-3'),
      imageryDigests: witnessed([digest]),
      aoi: witnessed({ type: 'Polygon', coordinates: [] }),
      approver: witnessed({ name: 'devi', reason: 'Good.', at: '2026-11-01T10:00:00Z', selfApproved: false }),
      features: witnessed({ count: manifest.count, manifest: manifest.digest() }),
      areaKm2: witnessed(1),
      softwareVersion: witnessed('0.1.0'),
      licences: witnessed([{ title: 'Flight 3', licence: 'CC-BY-4.0', attribution: 'Survey “Nord” -- & Söhne' }]),
    },
    [{ name: 'buildings', digest: { sha256: digestHex(manifest.digest()) } }],
    [],
    '2026-11-02T03:04:05.678Z',
  );
  const receipt = makeReceipt(signStatement(statement, writePrivateKey(key)), [], publicKeyPem);
  return {
    receipt,
    async *features() {
      await Promise.resolve();
      yield* features;
    },
  };
}

/** The bytes of a collection in a format. */
export async function bytesOf(collection: Collection, format: FormatName): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exported(collection, format)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
