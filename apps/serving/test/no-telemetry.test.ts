import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Scene } from './scene.ts';
import { graphArgs, post, startServer, stopServer } from './server.ts';

test('the runtime keeps no identifier of the machine, by which it would tell its maker of every session', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cairn-home-'));
  // Nothing of the tests' own surroundings, in which it keeps still by itself.
  const server = await startServer(graphArgs(), { PATH: process.env['PATH'], HOME: home });
  try {
    const answer = await post(`${server.address}/v2/models/bright/infer`, await new Scene(64, 64).request(0, 0, 64));
    expect(answer.status).toBe(200);
    expect(
      (await readdir(home, { recursive: true })).filter((path) => /microsoft|onnxruntime|deviceid/i.test(path)),
    ).toEqual([]);
  } finally {
    await stopServer(server);
    await rm(home, { recursive: true, force: true });
  }
});
