import { digestOf, generateKey, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Receipts, type Issued } from '../../src/receipts/receipts.ts';
import { receiptRoutes } from '../../src/receipts/routes.ts';
import { startIdentity } from '../identity/gateway.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let issued: Issued;
beforeAll(async () => {
  const key = generateKey();
  const receipts = new Receipts({
    keys: { privateKeyPem: writePrivateKey(key), publicKeyPem: writePublicKey(key.publicKey) },
  });
  gateway = await startIdentity((database) => [receiptRoutes({ receipts, database })]);
  const data = digestOf('data');
  issued = await gateway.database.transaction((tx) =>
    receipts.issue(tx, {
      kind: 'dataset',
      subject: 'dataset:town',
      facts: {
        dataset: { value: 'town', known: 'witnessed' },
        datasetDigest: { value: { digest: data, dvcMd5: null }, known: 'witnessed' },
      },
      subjects: [{ name: 'town', digest: { sha256: data.slice(7) } }],
      upstream: [],
    }),
  );
});
afterAll(async () => gateway.close());

const get = (url: string, token = gateway.token) =>
  gateway.app.inject({ url, headers: { authorization: `Bearer ${token}`, host: '127.0.0.1' } });

describe('the receipts of the API', () => {
  it('are Sigstore bundles, byte for byte what was signed', async () => {
    const response = await get(`/receipts/${issued.digest}`);
    expect(response.headers['content-type']).toMatch(/^application\/vnd\.dev\.sigstore\.bundle/);
    expect(response.json()).toEqual(issued.bundle);
  });

  it('are listed by what they are about', async () => {
    const listed = async (subject: string) => (await get(`/receipts?subject=${subject}`)).json<object[]>();
    expect(await listed('dataset:town')).toMatchObject([
      { digest: issued.digest, kind: 'dataset', subject: 'dataset:town', at: expect.stringMatching(/Z$/) as string },
    ]);
    expect(await listed('dataset:village')).toEqual([]);
  });

  it.each([
    ['/receipts/sha256:12', 400],
    [`/receipts/${digestOf('nothing')}`, 404],
    ['/receipts?limit=0', 400],
    ['/receipts?subjects=dataset:town', 400],
  ])('answer %s with %i', async (url, status) => {
    const response = await get(url);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('are for those who are known here', async () => {
    expect((await get('/receipts', 'cairn_nobody')).statusCode).toBe(401);
  });
});
