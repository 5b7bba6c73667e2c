import { CairnError } from '@cairn/contracts';
import {
  digestOf,
  type FactsOf,
  generateKey,
  openBundle,
  readPublicKey,
  readStatement,
  verifyEnvelope,
  writePrivateKey,
  writePublicKey,
} from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { Receipts, type Draft } from '../../src/receipts/receipts.ts';
import { openTestDatabase } from '../db/template.ts';

const key = generateKey();
const receipts = new Receipts({
  keys: { privateKeyPem: writePrivateKey(key), publicKeyPem: writePublicKey(key.publicKey) },
});

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => database.close());

const data = digestOf('data');
const hex = (digest: string): string => digest.slice(7);

function dataset(name: string, upstream: string[] = []): Draft<'dataset'> {
  const facts: FactsOf<'dataset'> = {
    dataset: { value: name, known: 'witnessed' },
    datasetDigest: { value: { digest: data, dvcMd5: null }, known: 'witnessed' },
  };
  return {
    kind: 'dataset',
    subject: `dataset:${name}`,
    facts,
    subjects: [{ name, digest: { sha256: hex(data) } }],
    upstream,
  };
}

const issue = (draft: Draft<'dataset'>) => database.transaction((tx) => receipts.issue(tx, draft));

describe('receipts', () => {
  it('are signed with the key of the installation and read back as they were issued', async () => {
    const issued = await issue(dataset('signed'));
    const bundle = await receipts.get(database, issued.digest);
    expect(bundle).toEqual(issued.bundle);
    const envelope = openBundle(bundle);
    expect(verifyEnvelope(envelope, readPublicKey(receipts.publicKeyPem))).toBe(true);
    expect(digestOf(envelope.payload)).toBe(issued.digest);
  });

  it('tell the kind and digest of the receipts they build on', async () => {
    const first = await issue(dataset('told'));
    const second = await issue(dataset('teller', [first.digest]));
    const { predicate } = readStatement(openBundle(second.bundle).payload);
    expect(predicate.upstream).toEqual([{ kind: 'dataset', digest: first.digest }]);
  });

  it('build only on receipts that are held', async () => {
    const unknown = digestOf('no receipt');
    await expect(issue(dataset('lost', [unknown]))).rejects.toMatchObject({
      code: 'not-found',
      more: { where: unknown },
    });
    expect(await receipts.latest(database, 'dataset', 'dataset:lost')).toBeNull();
  });

  it('leave nothing when the transaction that makes what they tell of fails', async () => {
    const failing = database.transaction(async (tx) => {
      await receipts.issue(tx, dataset('undone'));
      throw new CairnError('conflict', 'changed meanwhile');
    });
    await expect(failing).rejects.toThrow('changed meanwhile');
    expect(await receipts.latest(database, 'dataset', 'dataset:undone')).toBeNull();
  });

  it('name the receipt before them, so that one taken out of the middle shows', async () => {
    const issued = [];
    for (const name of ['a', 'b', 'c']) issued.push(await issue(dataset(`chain-${name}`)));
    const rows = await database.query<{ digest: string; prev: string }>(
      "select digest, prev from cairn.receipt where subject like 'dataset:chain-%' order by seq",
    );
    expect(rows.slice(1).map(({ prev }) => prev)).toEqual(issued.slice(0, 2).map(({ digest }) => digest));
  });

  it('answer everything they build on, depth first and each once', async () => {
    const root = await issue(dataset('root'));
    const left = await issue(dataset('left', [root.digest]));
    const right = await issue(dataset('right', [root.digest]));
    const top = await issue(dataset('top', [left.digest, right.digest]));
    expect(await receipts.withUpstream(database, top.digest)).toEqual([left.bundle, root.bundle, right.bundle]);
  });

  it('can be signed first and kept later, for a result that carries its own receipt', async () => {
    const root = await issue(dataset('before'));
    const draft = dataset('result', [root.digest]);
    const signed = await receipts.sign(database, draft);
    expect(await receipts.latest(database, 'dataset', 'dataset:result')).toBeNull();
    expect(await receipts.upstreamOf(database, signed.bundle)).toEqual([root.bundle]);
    await database.transaction((tx) => receipts.record(tx, draft, signed));
    expect(await receipts.latest(database, 'dataset', 'dataset:result')).toEqual(signed);
  });

  it('are listed by the thing they are about, the newest first', async () => {
    const first = await issue(dataset('listed'));
    const second = await issue(dataset('listed'));
    const listed = await receipts.list(database, 'dataset:listed', 10);
    expect(listed.map(({ digest }) => digest)).toEqual([second.digest, first.digest]);
    expect(await receipts.list(database, 'dataset:listed', 1)).toHaveLength(1);
  });
});
