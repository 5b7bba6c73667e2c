import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { ImageAddresses } from '../../src/imagery/remote/image-addresses.ts';
import { RemoteFile } from '../../src/imagery/remote/remote-file.ts';
import { SparseFile } from '../../src/imagery/remote/sparse-file.ts';
import { Raster } from '../../src/imagery/tiff/raster.ts';
import { Bucket } from '../../src/storage/bucket.ts';
import { temporaryFolder } from '../db/template.ts';
import { s3Access as access } from '../storage/s3-access.ts';
import { fixture } from './geotiff.ts';

const key = `cairn-tests/${randomUUID()}/town + north.tif`;
const bucket = new Bucket({ access });
const { signal } = new AbortController();

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield await readFile(path);
}

beforeAll(() => bucket.put(key, bytesOf(fixture('deflate-tiled')), signal));
afterAll(() => bucket.clear(key));

function open(secretKey: string): Promise<RemoteFile> {
  const servers = new ImageServers({ hosts: new ImageHosts({ allowed: [] }) });
  const addresses = new ImageAddresses({ servers, store: { ...access, secretKey, buckets: [access.bucket] } });
  return RemoteFile.open(addresses.read(`s3://${access.bucket}/${key}`), signal);
}

it('an image of a listed bucket is read in pieces from a real store, with its keys', async () => {
  const copy = await SparseFile.open(join(await temporaryFolder(), 'copy.tif'), await open(access.secretKey));
  const { reference, levels } = await Raster.openBytes(copy);
  expect([reference.epsg, levels[0]?.width]).toEqual([32_645, 48]);
  const due = await readFile(fixture('deflate-tiled'));
  expect(Buffer.from(await copy.read(0, copy.size)).equals(due)).toBe(true);
  await copy.close();
});

it('an image is not had with keys that do not fit', async () => {
  await expect(open('wrong')).rejects.toMatchObject({
    code: 'imagery-unreachable',
    message: expect.stringContaining('answers 403') as string,
  });
});
