import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../bin/cairn', import.meta.url));
// As a proxy whose other end is gone.
const server = createServer((socket) => socket.end());

describe('a connection that is closed without a word', () => {
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => server.close());

  it('is told as such', async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { ...process.env, CAIRN_ADDRESS: address, CAIRN_TOKEN: 'of-a-test' };
    const child = spawn(program, ['status'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const closed = once(child, 'close') as Promise<[number]>;
    const [said, [code]] = await Promise.all([text(child.stderr), closed]);
    expect([code, said]).toEqual([3, expect.stringContaining('gateway-unreachable')]);
  });
});
