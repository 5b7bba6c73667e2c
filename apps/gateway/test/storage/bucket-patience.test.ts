import { createServer } from 'node:http';
import { createServer as createPlainServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Bucket } from '../../src/storage/bucket.ts';

/** A port of this machine at which nothing listens. */
async function freePort(): Promise<number> {
  const server = createPlainServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const bucketAt = (port: number, patience?: number): Bucket =>
  new Bucket({
    access: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket: 'things',
      accessKey: 'cairn',
      secretKey: 'of a test',
    },
    ...(patience === undefined ? {} : { patience }),
  });

it('waits for a store that is started again', async () => {
  const port = await freePort();
  const asked = Promise.all([bucketAt(port).size('one'), bucketAt(port).get('two')]);
  await pause(1000);
  const server = createServer((_, answer) => answer.setHeader('content-length', 0).end());
  server.listen(port, '127.0.0.1');
  try {
    expect((await asked)[0]).toBe(0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('says which store does not answer, when it has waited, and waits no longer than it is wanted', async () => {
  const port = await freePort();
  await expect(bucketAt(port, 0).has('one')).rejects.toMatchObject({
    code: 'cluster-unavailable',
    message: expect.stringContaining(`127.0.0.1:${port}`) as string,
  });
  const signal = AbortSignal.timeout(500);
  await expect(bucketAt(port).get('one', signal)).rejects.toMatchObject({ name: 'TimeoutError' });
});
