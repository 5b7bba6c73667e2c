import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { Config } from '../../src/config.ts';
import { AddImagery } from '../../src/imagery/add-imagery.ts';
import { Imageries } from '../../src/imagery/imageries.ts';
import { ImageAddresses } from '../../src/imagery/remote/image-addresses.ts';
import { RemoteImages } from '../../src/imagery/remote/remote-images.ts';
import { imageryThread } from '../../src/imagery/reader-thread.ts';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { TileCache } from '../../src/imagery/xyz/tile-cache.ts';
import { TileServers } from '../../src/imagery/xyz/tile-servers.ts';
import { TileSets } from '../../src/imagery/xyz/tile-sets.ts';
import { Receipts } from '../../src/receipts/receipts.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { openTestDatabase } from '../db/template.ts';

/** All that imagery is made of, on a real database and a real object store; map tiles from nowhere unless told. */
export async function openImagery(
  servers = new ImageServers({ hosts: new ImageHosts({ allowed: [] }) }),
  store: Config['imageStore'] = null,
) {
  const home = await mkdtemp(join(tmpdir(), 'cairn-imagery-'));
  const database = await openTestDatabase();
  const objects = new ObjectStore({ root: join(home, 'objects') });
  const catalog = new Catalog({ database });
  await catalog.prepare();
  const key = generateKey();
  const receipts = new Receipts({
    keys: { privateKeyPem: writePrivateKey(key), publicKeyPem: writePublicKey(key.publicKey) },
  });
  const reader = imageryThread();
  const imageries = new Imageries({ catalog });
  const workFolder = join(home, 'jobs');
  const tileServers = new TileServers({ servers, objects, cache: new TileCache({ database }) });
  const tileSets = new TileSets({ servers: tileServers });
  const addresses = new ImageAddresses({ servers, store });
  const remoteImages = new RemoteImages({ addresses, reader, mostBytes: 64 * 1024 * 1024 });
  const parts = { database, catalog, imageries, objects, receipts, reader, tileSets, remoteImages, workFolder };
  const addImagery = new AddImagery(parts);
  return {
    home,
    database,
    objects,
    catalog,
    receipts,
    reader,
    imageries,
    workFolder,
    addImagery,
    close: async () => {
      await reader.close();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export type ImageryWorld = Awaited<ReturnType<typeof openImagery>>;
