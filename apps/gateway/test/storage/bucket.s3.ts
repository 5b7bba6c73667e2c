import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { Bucket } from '../../src/storage/bucket.ts';
import { s3Access } from './s3-access.ts';

const mebibyte = 1024 * 1024;
const prefix = `cairn-tests/${randomUUID()}/`;
const bucket = new Bucket({ access: s3Access, part: 5 * mebibyte });
const { signal } = new AbortController();
afterAll(async () => bucket.clear(prefix));

async function* inChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 700_001) yield await Promise.resolve(bytes.subarray(at, at + 700_001));
}

describe('an object of the artifact store', () => {
  it.each([
    ['nothing', 0],
    ['less than a part', 1000],
    ['exactly two parts', 10 * mebibyte],
    ['two parts and a half', 12.5 * mebibyte],
  ])('comes back as it was: %s', async (name, size) => {
    const bytes = randomBytes(size);
    await bucket.put(`${prefix}${name}.tgz`, inChunks(bytes), signal);
    expect(await bucket.has(`${prefix}${name}.tgz`)).toBe(true);
    expect(bytes.equals(await buffer(await bucket.get(`${prefix}${name}.tgz`, signal)))).toBe(true);
  });

  it('is not there where its source broke off, nor once it was cleared', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* inChunks(randomBytes(7 * mebibyte));
      throw new Error('the disk broke');
    };
    await expect(bucket.put(`${prefix}broken`, broken(), signal)).rejects.toThrow('the disk broke');
    expect(await bucket.has(`${prefix}broken`)).toBe(false);
    await bucket.put(`${prefix}a+b & c`, inChunks(randomBytes(9)), signal);
    await bucket.clear(prefix);
    expect(await bucket.has(`${prefix}a+b & c`)).toBe(false);
  });

  it('is refused in words where the keys do not fit', async () => {
    const other = new Bucket({ access: { ...s3Access, secretKey: 'wrong' } });
    await expect(other.put(`${prefix}x`, inChunks(randomBytes(9)), signal)).rejects.toMatchObject({
      code: 'cluster-unavailable',
      message: expect.stringContaining('SignatureDoesNotMatch') as unknown,
    });
  });
});
