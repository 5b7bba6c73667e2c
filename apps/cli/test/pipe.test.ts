import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../bin/cairn', import.meta.url));
const lines = 20_000;
const server = createServer((_, answer) => {
  answer.end(Array.from({ length: lines }, (_one, i) => `line ${i} of a job that says a lot\n`).join(''));
});

/** Runs `cairn job log` on a gateway whose job has said a lot. */
function log() {
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, CAIRN_ADDRESS: `http://127.0.0.1:${port}`, CAIRN_TOKEN: 'of-a-test' };
  return spawn(program, ['job', 'log', '6f1c0b1e-9a3f-4f52-8c57-3f5a53b6a001'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('what a command writes into a pipe', () => {
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => server.close());

  it('comes out whole, however slowly it is read', async () => {
    const child = log();
    const ended = once(child, 'close');
    let text = '';
    for await (const piece of child.stdout.setEncoding('utf8')) {
      text += String(piece);
      await pause(5);
    }
    expect(await ended).toEqual([0, null]);
    expect(text.trimEnd().split('\n')).toHaveLength(lines);
  });

  it('may be read in part', async () => {
    const child = log();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'close');
    expect(said).toBe('');
  });
});
