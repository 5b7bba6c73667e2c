import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bucket } from '../../src/storage/bucket.ts';
import { ObjectBucket } from '../../src/storage/object-bucket.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { describeObjects } from './contract.ts';
import { s3Access } from './s3-access.ts';

const bucket = new Bucket({ access: s3Access });
const open = (root: string) => new ObjectStore({ root, behind: new ObjectBucket({ bucket }) });

describeObjects('a folder before a bucket', open);

describe('a bucket behind the object store', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-objects-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const here = () => open(join(folder, 'here'));
  const elsewhere = () => open(join(folder, 'elsewhere'));

  test('gives a gateway with another folder what this one took, of any size', async () => {
    for (const size of [0, 1000, 70 * 1024 * 1024]) {
      const bytes = randomBytes(size);
      const { digest } = await here().put(bytes);
      await rm(join(folder, 'elsewhere'), { recursive: true, force: true });
      const other = elsewhere();
      expect([await other.has(digest), await other.size(digest)]).toEqual([true, size]);
      expect((await other.sizes([digest])).get(digest)).toBe(size);
      const [whole, streamed] = await Promise.all([other.readAll(digest), buffer(await other.read(digest))]);
      expect(bytes.equals(whole) && bytes.equals(streamed)).toBe(true);
      expect(bytes.equals(await readFile(await other.file(digest)))).toBe(true);
      expect(await other.verify(digest)).toBe(true);
    }
  });

  test('lays a folder out from the bucket alone', async () => {
    const { digest } = await here().put(randomBytes(100));
    await rm(join(folder, 'here'), { recursive: true });
    await here().materialise([{ path: 'a/b', digest }], join(folder, 'out'));
    expect(await readFile(join(folder, 'out/a/b'))).toHaveLength(100);
  });

  test('is not believed where its bytes are others, nor where it has lost them', async () => {
    const bytes = randomBytes(100);
    const hex = createHash('sha256').update(bytes).digest('hex');
    const digest = `sha256:${hex}`;
    const key = `sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
    await bucket.put(key, Readable.from([randomBytes(100)]));
    await expect(elsewhere().readAll(digest)).rejects.toMatchObject({ code: 'digest-mismatch' });
    expect(await elsewhere().verify(digest)).toBe(false);
    await here().put(bytes);
    expect(await elsewhere().verify(digest)).toBe(true);
    await bucket.clear(key);
    expect(await here().verify(digest)).toBe(false);
  });
});
