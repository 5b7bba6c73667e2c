import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApp } from '../../src/app.ts';
import { docsRoutes } from '../../src/platform/docs.ts';
import { pageRoutes } from '../../src/platform/page.ts';
import { startIdentity } from '../identity/gateway.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let address: string;
let place: string;
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${address}${path}`, { headers, redirect: 'manual' });

/** Asks for a path as it is written: a client of the language would have put it in order before. */
const statusOf = (path: string): Promise<number> =>
  new Promise((done, fail) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.on('error', fail);
    socket.on('close', () => {
      expect(answer).not.toContain('not for anyone');
      done(Number(answer.split(' ')[1]));
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  });

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'cairn-docs-'));
  const folder = join(place, 'site');
  await mkdir(join(folder, 'map'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(place, 'secret.html'), 'not for anyone');
  await writeFile(join(folder, '.hidden'), 'not for anyone');
  await writeFile(join(folder, 'index.html'), 'the start page');
  await writeFile(join(folder, '404.html'), 'no such page');
  await writeFile(join(folder, 'map/index.html'), 'the map');
  await writeFile(join(folder, 'site.css'), 'p {}');
  await writeFile(join(folder, 'picture.webp'), 'a picture');
  gateway = await startIdentity(() => [docsRoutes({ folder }), pageRoutes({ folder: join(place, 'web') })]);
  address = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await gateway.close();
  await rm(place, { recursive: true, force: true });
});

describe('the docs at the gateway', () => {
  it('are read by anyone, each file as what it is, under a policy without scripts', async () => {
    const page = await get('/docs/');
    expect([page.status, await page.text()]).toEqual([200, 'the start page']);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self';/,
    );
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('/docs/site.css')).headers.get('content-type')).toMatch(/^text\/css/);
    expect((await get('/docs/picture.webp')).headers.get('content-type')).toBe('image/webp');
  });

  it('are not sent again to whom has them', async () => {
    // Not by fetch, which asks for all of it anew where a condition is given.
    const ask = (headers: Record<string, string>) =>
      gateway.app.inject({ url: '/docs/site.css', headers: { host: '127.0.0.1', ...headers } });
    const etag = String((await ask({})).headers.etag);
    expect((await ask({ 'if-none-match': etag })).statusCode).toBe(304);
  });

  it('lead a folder without its slash to the one with it, since links count from there', async () => {
    for (const [path, to] of [
      ['/docs', '/docs/'],
      ['/docs/map', '/docs/map/'],
    ] as const) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('location')]).toEqual([301, to]);
    }
    expect(await (await get('/docs/map/')).text()).toBe('the map');
  });

  it('answer with a page of their own where there is none', async () => {
    for (const path of [
      '/docs/nothing.html',
      '/docs/map/deeper/nothing.html',
      '/docs/empty/',
      '/docs/map/index.html/',
    ]) {
      const answer = await get(path);
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, 'no such page']);
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    }
  });

  it('give nothing but the site, whatever is asked', async () => {
    for (const path of [
      '/docs/../secret.html',
      '/docs/%2e%2e/secret.html',
      '/docs/..%2fsecret.html',
      '/docs/map/%2e%2e%2f%2e%2e%2fsecret.html',
      '/docs/..\\secret.html',
      '/docs/..%5csecret.html',
      '/docs//secret.html',
      '/docs/%2fetc/passwd',
      '/docs/site.css%00',
      '/docs/.hidden',
      '/docs/%252e%252e/secret.html',
      '/docs/%zz',
      `/docs/${'a'.repeat(5000)}`,
      `/docs/${'a/'.repeat(5000)}`,
    ]) {
      const status = await statusOf(path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
  });

  it('say how they are built where they are not', async () => {
    const bare = await makeApp({
      logger: pino({ level: 'silent' }),
      guard: () => undefined,
      routes: [docsRoutes({ folder: join(place, 'nowhere') })],
    });
    const answer = await bare.inject('/docs/');
    expect(answer.statusCode).toBe(404);
    expect(answer.json<{ action: string }>().action).toContain('@cairn/docs');
    await bare.close();
  });
});
