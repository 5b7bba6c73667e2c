import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TileSource } from '@cairn/contracts';
import { tileBounds } from '@cairn/geo';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { TileCache } from '../../src/imagery/xyz/tile-cache.ts';
import { TileServers } from '../../src/imagery/xyz/tile-servers.ts';
import { TileSets, type TileSet } from '../../src/imagery/xyz/tile-sets.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { openTestDatabase, temporaryFolder, type TestDatabase } from '../db/template.ts';
import { answer, edge, type Answer, tileJpeg, tilePng, TestTileServer } from './xyz-tiles.ts';

const server = new TestTileServer();
let database: TestDatabase;
beforeAll(async () => {
  await server.start();
  database = await openTestDatabase();
});
afterAll(async () => {
  await server.stop();
  await database.close();
});
afterEach(() => server.reset());

// Sixteen tiles: four columns, four rows.
const zoom = 17;
const [x0, y0] = [96_672, 55_060];
const [west, , , north] = tileBounds({ x: x0, y: y0, z: zoom });
const [, south, east] = tileBounds({ x: x0 + 3, y: y0 + 3, z: zoom });
const bbox = [west, south, east, north];
const name = (column: number, row: number): string => `${zoom}/${x0 + column}/${y0 + row}`;

interface Given {
  source?: Partial<TileSource>;
  allowed?: string[];
  folder?: string;
  signal?: AbortSignal;
  onTile?: (done: number, all: number) => void;
}

async function collect(given: Given = {}): Promise<TileSet & { log: string[] }> {
  const folder = given.folder ?? (await temporaryFolder());
  const servers = new ImageServers({
    hosts: new ImageHosts({ allowed: given.allowed ?? [server.place] }),
    patience: { timeout: 600, firstPause: 10, longestPause: 5_000 },
  });
  const objects = new ObjectStore({ root: join(folder, 'objects') });
  const sets = new TileSets({ servers: new TileServers({ servers, objects, cache: new TileCache({ database }) }) });
  const log: string[] = [];
  const context = { signal: given.signal ?? new AbortController().signal, log: (line: string) => void log.push(line) };
  const source = { href: server.template, zoom, bbox, ...given.source };
  return { ...(await sets.collect(source, folder, context, given.onTile ?? (() => undefined))), log };
}

describe('the tiles of an area', () => {
  it('are fetched once each, four at a time, by a guest that gives its name', async () => {
    const told: [number, number][] = [];
    const { files, origin } = await collect({ onTile: (...at) => void told.push(at) });
    expect(files).toHaveLength(16);
    expect(files[1]!.path).toBe(`tile-${x0 + 1}-${y0}-${zoom}.png`);
    expect(new Set(server.requests.map(({ path }) => path)).size).toBe(16);
    expect(server.requests).toHaveLength(16);
    expect(server.most).toBeLessThanOrEqual(4);
    expect(new Set(server.requests.map(({ agent }) => agent))).toEqual(new Set(['Cairn/0.1']));
    expect(origin).toEqual({ template: server.template, zoom, bbox, count: 16, gaps: 0, faulty: 0, repeated: 0 });
    expect(told).toEqual(Array.from({ length: 16 }, (_, at) => [at + 1, 16]));
  });

  it('that the server does not have are gaps, told by their number', async () => {
    server.will(name(1, 1), answer(404, 'Not here'));
    server.will(name(3, 2), answer(204));
    const { files, origin, log } = await collect();
    expect(origin).toMatchObject({ count: 14, gaps: 2 });
    expect(files.some(({ path }) => path.includes(`${x0 + 1}-${y0 + 1}-`))).toBe(false);
    expect(log.join('\n')).toContain(`2 tiles without data: ${name(1, 1)}, ${name(3, 2)}`);
  });

  it('that are all missing are an area outside the imagery', async () => {
    for (let at = 0; at < 16; at++) server.will(name(at % 4, at >> 2), answer(404));
    await expect(collect()).rejects.toMatchObject({ code: 'aoi-outside-imagery' });
  });

  it('that an earlier attempt has fetched are not fetched again, and a line that was cut off does no harm', async () => {
    const folder = await temporaryFolder();
    server.will(name(2, 2), answer(404));
    const first = await collect({ folder });
    const journal = join(folder, 'tiles.jsonl');
    const lines = (await readFile(journal, 'utf8')).split('\n').length - 1;
    expect(lines).toBe(16);
    await appendFile(journal, '{"x":96672,"y":550');
    server.reset();
    const second = await collect({ folder });
    expect(server.requests).toEqual([]);
    expect(second).toMatchObject({ files: first.files, origin: first.origin });
    const other = await collect({
      folder,
      source: { bbox: [west, south, east, tileBounds({ x: x0, y: y0 - 1, z: zoom })[3]] },
    });
    expect(server.requests).toHaveLength(4);
    expect(other.origin).toMatchObject({ count: 19, gaps: 1 });
  });

  it('stop coming when the job is cancelled, and go on from there', async () => {
    const folder = await temporaryFolder();
    const cancel = new AbortController();
    const reason = new Error('cancelled');
    const onTile = (done: number): void => {
      if (done === 5) cancel.abort(reason);
    };
    await expect(collect({ folder, signal: cancel.signal, onTile })).rejects.toBe(reason);
    expect(server.requests.length).toBeLessThan(12);
    const kept = (await readFile(join(folder, 'tiles.jsonl'), 'utf8')).split('\n').length - 1;
    server.reset();
    await collect({ folder });
    expect(server.requests).toHaveLength(16 - kept);
  });
});

describe('a server in trouble', () => {
  it('is asked again after a pause', async () => {
    server.will(name(0, 0), answer(500), answer(503), async (response) => void response.end(await tileOf(0, 0)));
    server.will(
      name(1, 0),
      (response) => void response.socket?.destroy(),
      async (response) => void response.end(await tileOf(1, 0)),
    );
    expect((await collect()).origin.count).toBe(16);
    expect([server.asked(name(0, 0)), server.asked(name(1, 0))]).toEqual([3, 2]);
  });

  it('is left alone by everyone for as long as it asks', async () => {
    const busy = answer(429, 'slow down', { 'retry-after': '1' });
    server.will(name(0, 0), busy, async (response) => void response.end(await tileOf(0, 0)));
    expect((await collect()).origin.count).toBe(16);
    const refused = server.requests.find(({ path }) => path === `/${name(0, 0)}.png`)!.at;
    // Those under way when it refused were asked before; all others wait out the second.
    const early = server.requests.filter(({ at }) => at > refused + 200 && at < refused + 900);
    expect(early).toEqual([]);
    expect(server.requests.filter(({ at }) => at >= refused + 900).length).toBeGreaterThanOrEqual(9);
  });

  it('that asks to be left alone for hours is told of, and not waited for', async () => {
    server.will(name(0, 0), answer(429, '', { 'retry-after': new Date(Date.now() + 7_200_000).toUTCString() }));
    await expect(collect()).rejects.toMatchObject({
      code: 'tiles-unreachable',
      message: expect.stringMatching(/left alone for 7[12]\d\d seconds/) as string,
    });
  });

  it.each<[string, () => Parameters<TestTileServer['will']>[1], RegExp, number]>([
    ['that stays broken', () => answer(502), /answers 502/, 6],
    ['that is too slow', () => () => undefined, /not answered within 0.6 s/, 6],
    ['that wants another key', () => answer(403), /answers 403/, 1],
  ])('%s is given up, with its host and the tile', async (_what, make, words, asked) => {
    server.will(name(0, 0), make());
    await expect(collect()).rejects.toMatchObject({
      code: 'tiles-unreachable',
      message: expect.stringMatching(words) as string,
      more: { where: name(0, 0), action: expect.stringMatching(/browser/) as string },
    });
    expect(server.asked(name(0, 0))).toBe(asked);
  });

  it('is named without the key that it was asked with', async () => {
    server.will(name(0, 0), answer(403));
    const failed = await collect({ source: { href: `${server.template}?key=SECRET` } }).catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify([(failed as Error).message, (failed as Error).stack, failed])).not.toContain('SECRET');
    const { origin, log } = await (server.reset(), collect({ source: { href: `${server.template}?key=SECRET` } }));
    expect(origin.template).toBe(`${server.template}?key=…`);
    expect(log.join()).not.toContain('SECRET');
  });
});

describe('a tile that is none', () => {
  const faults: [what: string, make: () => Promise<Answer>, words: RegExp, asked: number][] = [
    ['a web page', () => Promise.resolve(answer(200, '<!DOCTYPE html><title>Log in</title>')), /web page/, 3],
    [
      'a truncated JPEG',
      async () => answer(200, (await tileOf(2, 1, tileJpeg)).subarray(0, -20)),
      /cannot be decoded/,
      3,
    ],
    ['nothing at all', () => Promise.resolve(answer(200)), /empty/, 3],
    [
      'of another size',
      async () => answer(200, await tileOf(2, 1, (tile) => tilePng(tile, 2 * edge))),
      /64 pixels wide/,
      1,
    ],
    ['more than 8 MiB', () => Promise.resolve(answer(200, Buffer.alloc(9 << 20))), /more than 8 MiB/, 1],
  ];

  it.each(faults)('is named, and asked for again where it may have been cut: %s', async (_what, make, words, asked) => {
    server.will(name(2, 1), await make());
    await expect(collect()).rejects.toMatchObject({
      code: 'imagery-corrupt',
      message: expect.stringMatching(words) as string,
      more: { where: name(2, 1) },
    });
    expect(server.asked(name(2, 1))).toBe(asked);
  });

  it.each(faults)('is a gap that is listed, where that is asked for: %s', async (_what, make, words) => {
    server.will(name(2, 1), await make());
    const { files, origin, gaps, log } = await collect({ source: { skipFaulty: true } });
    expect(files).toHaveLength(15);
    expect(origin).toMatchObject({ count: 15, gaps: 1, faulty: 1 });
    expect(gaps).toEqual([{ why: 'imagery-corrupt', zoom, row: y0 + 1, columns: [x0 + 2, x0 + 2] }]);
    expect(log.join('\n')).toMatch(words);
  });

  it('is the tile after all, where it was cut only once', async () => {
    const whole = await tileOf(2, 1, tileJpeg);
    server.will(name(2, 1), answer(200, whole.subarray(0, -20)), answer(200, whole));
    expect((await collect()).origin).toMatchObject({ count: 16, gaps: 0 });
  });
});

describe('gaps', () => {
  it('are told by why they are there, those side by side together', async () => {
    for (const column of [1, 2, 3]) server.will(name(column, 0), answer(404));
    server.will(name(0, 2), answer(200, await transparent()));
    server.will(name(1, 3), answer(500));
    const { origin, gaps, log } = await collect({ source: { skipFaulty: true } });
    expect(origin).toMatchObject({ count: 11, gaps: 5, faulty: 1 });
    expect(gaps).toEqual([
      { why: 'missing', zoom, row: y0, columns: [x0 + 1, x0 + 3] },
      { why: 'transparent', zoom, row: y0 + 2, columns: [x0, x0] },
      { why: 'tiles-unreachable', zoom, row: y0 + 3, columns: [x0 + 1, x0 + 1] },
    ]);
    expect(log.join('\n')).toMatch(/passed over: .* answers 500 when asked for the tile/);
  });

  it('are at most a tenth of an area for faults, so that a server in trouble is left alone', async () => {
    for (let at = 0; at < 16; at++) server.will(name(at % 4, at >> 2), answer(403));
    await expect(collect({ source: { skipFaulty: true } })).rejects.toMatchObject({
      code: 'tiles-unreachable',
      message: expect.stringContaining('1 faulty tiles were passed over') as string,
    });
    expect(server.requests.length).toBeLessThan(8);
  });

  it('are none where tiles are the same picture, but those are told', async () => {
    const notice = await tileOf(0, 0);
    for (const column of [1, 3]) server.will(name(column, 2), answer(200, notice));
    const { origin, log } = await collect();
    expect(origin).toMatchObject({ count: 16, gaps: 0, repeated: 3 });
    expect(log.join('\n')).toContain(`3 tiles that are the same picture`);
  });
});

describe('a tile that was fetched before', () => {
  it('is not asked for while it is fresh, and then only whether it has changed', async () => {
    const [fresh, known] = [name(0, 0), name(1, 0)];
    const first = await tileOf(1, 0);
    server.will(fresh, answer(200, await tileOf(0, 0), { 'cache-control': 'max-age=600' }));
    server.will(known, answer(200, first, { etag: '"a"', 'cache-control': 'no-cache' }));
    const folder = await temporaryFolder();
    const before = await collect({ folder });
    await rm(join(folder, 'tiles.jsonl'));
    server.reset();
    server.will(known, (response, request) => {
      expect(request.headers['if-none-match']).toBe('"a"');
      response.writeHead(304, { etag: '"a"' }).end();
    });
    expect((await collect({ folder })).files).toEqual(before.files);
    expect([server.asked(fresh), server.asked(known), server.requests.length]).toEqual([0, 1, 15]);
    // Another area that shares tiles with it, and the tile has changed.
    await rm(join(folder, 'tiles.jsonl'));
    server.reset();
    server.will(known, answer(200, await tileOf(3, 3), { etag: '"b"' }));
    const after = await collect({ folder });
    expect(server.asked(fresh)).toBe(0);
    expect(after.files[1]!.digest).not.toBe(before.files[1]!.digest);
  });

  it('under another key of the same server is not known', async () => {
    const folder = await temporaryFolder();
    const key = (text: string) => ({ href: `${server.template}?key=${text}` });
    server.will(name(0, 0), answer(200, await tileOf(0, 0), { 'cache-control': 'max-age=600' }));
    await collect({ folder, source: key('A') });
    await rm(join(folder, 'tiles.jsonl'));
    await collect({ folder, source: key('B') });
    expect(server.asked(name(0, 0))).toBe(2);
    const rows = await database.query('select * from cairn.tile');
    expect(JSON.stringify(rows)).not.toContain('key=');
  });
});

describe('a host that is not of the internet', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '169.254.169.254'])(
    'is not asked: %s',
    async (host) => {
      const port = server.place.split(':')[1]!;
      const refused = collect({ source: { href: `http://${host}:${port}/{z}/{x}/{y}.png` }, allowed: [] });
      await expect(refused).rejects.toMatchObject({
        code: 'input-invalid',
        more: { action: expect.stringMatching(/CAIRN_TILE_HOSTS=/) as string },
      });
      expect(server.requests).toEqual([]);
    },
  );

  it('is not asked on another port than the one that is allowed', async () => {
    const inner = new TestTileServer();
    await inner.start();
    try {
      await expect(collect({ allowed: [inner.place] })).rejects.toMatchObject({ code: 'input-invalid' });
      expect(server.requests).toEqual([]);
    } finally {
      await inner.stop();
    }
  });

  it('is not asked where a server that may be asked sends there, and is where it is allowed itself', async () => {
    const inner = new TestTileServer();
    await inner.start();
    try {
      server.will(name(0, 0), answer(302, '', { location: `http://${inner.place}/${name(0, 0)}.png` }));
      await expect(collect()).rejects.toMatchObject({
        code: 'input-invalid',
        message: expect.stringContaining(inner.place) as string,
      });
      expect(inner.requests).toEqual([]);
      expect((await collect({ allowed: [server.place, inner.place] })).origin.count).toBe(16);
      expect(inner.requests).toHaveLength(1);
    } finally {
      await inner.stop();
    }
  });

  it('is not reached by a scheme that is not of the web, nor with a password', async () => {
    server.will(name(0, 0), answer(302, '', { location: 'file:///etc/passwd' }));
    await expect(collect()).rejects.toMatchObject({ code: 'input-invalid' });
    const refused = collect({ source: { href: server.template.replace('http://', 'http://me:SECRET@') } });
    await expect(refused).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.not.stringContaining('SECRET') as string,
    });
  });

  it('is not waited for where it sends in circles', async () => {
    server.will(name(0, 0), answer(302, '', { location: `/${name(0, 0)}.png` }));
    await expect(collect()).rejects.toMatchObject({ code: 'tiles-unreachable' });
    expect(server.asked(name(0, 0))).toBe(4);
  });
});

function transparent(): Promise<Buffer> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return sharp({ create: { width: edge, height: edge, channels: 4, background } })
    .png()
    .toBuffer();
}

function tileOf(column: number, row: number, make: typeof tileJpeg = tilePng): Promise<Buffer> {
  return make({ x: x0 + column, y: y0 + row, z: zoom });
}
