import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from '../../src/app.ts';
import { pageRoutes } from '../../src/platform/page.ts';

const script = 'document.title = "Cairn";\n'.repeat(200);
let folder: string;
let app: Awaited<ReturnType<typeof makeApp>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets/page-1a2b.js'), script);
  await writeFile(join(folder, 'assets/page-1a2b.js.gz'), gzipSync(script));
  app = await makeApp({ logger: pino({ level: 'silent' }), guard: () => undefined, routes: [pageRoutes({ folder })] });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

test('a file of the page comes compressed to whoever takes it so, and as it is to others', async () => {
  const get = (encoding: string) =>
    app.inject({ url: '/assets/page-1a2b.js', headers: { 'accept-encoding': encoding } });
  const small = await get('gzip, deflate');
  expect([small.headers['content-encoding'], gunzipSync(small.rawPayload).toString()]).toEqual(['gzip', script]);
  expect(small.headers).toMatchObject({
    'content-type': expect.stringContaining('javascript') as string,
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': expect.stringContaining("script-src 'self'") as string,
  });
  const plain = await get('identity');
  expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, script]);
});

test.each(['/no-such-page', `/${'a'.repeat(300)}`, `/assets/page-1a2b.js/${'b'.repeat(20)}`])(
  'what is no file of the page is told not to be there: %s',
  async (url) => {
    const answer = await app.inject({ url });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'not-found']);
  },
);
