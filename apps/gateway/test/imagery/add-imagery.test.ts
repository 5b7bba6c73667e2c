import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mercatorBounds } from '@cairn/geo';
import { filesetDigest, openBundle, readStatement } from '@cairn/receipt';
import fastify from 'fastify';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerProblem } from '../../src/errors.ts';
import { imageryRoutes } from '../../src/imagery/routes.ts';
import { jobContext } from '../jobs/context.ts';
import { openImagery, type ImageryWorld } from './world.ts';
import { cogOf, fixture, noise, place } from './geotiff.ts';

let world: ImageryWorld;
beforeAll(async () => {
  world = await openImagery();
});
afterAll(() => world.close());

/** Uploads files and adds them as imagery. */
async function add(id: string, files: Record<string, Uint8Array>) {
  const set = [];
  for (const [path, bytes] of Object.entries(files))
    set.push({ path, digest: (await world.objects.put(bytes)).digest });
  const inputs = { id, title: `Imagery ${id}`, licence: 'CC-BY-4.0', attribution: 'A flight', files: set };
  return { result: await world.addImagery.run(inputs, jobContext()), set };
}

/** A chip of one colour. */
function chip(r: number, g: number, b: number): Promise<Uint8Array> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

test('a GeoTIFF is kept byte for byte, with an item of the catalogue, a receipt and an event', async () => {
  const bytes = await cogOf(120, 90, noise);
  const { result } = await add('noise', { 'noise.tif': bytes });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  expect(result).toMatchObject({ imagery: 'noise', digest, changed: true });
  expect(result.gsd).toBeCloseTo(0.3, 2);
  const item = (await world.catalog.get('imagery', 'noise')) as unknown as {
    bbox: number[];
    properties: Record<string, unknown>;
    assets: Record<string, unknown>;
  };
  expect(item).toMatchObject({
    bbox: result.bbox,
    properties: { license: 'CC-BY-4.0', 'proj:code': 'EPSG:32645', 'proj:shape': [90, 120] },
    assets: { image: { 'file:checksum': `1220${digest.slice(7)}`, 'file:size': bytes.length } },
  });
  const { facts } = readStatement(
    openBundle(await world.receipts.get(world.database, result.receipt)).payload,
  ).predicate;
  expect(facts['imageryDigests']?.value).toEqual([digest]);
  expect(facts['licences']?.value).toEqual([{ title: 'Imagery noise', licence: 'CC-BY-4.0', attribution: 'A flight' }]);
  expect(await events('noise')).toEqual(['imagery.added']);
});

test('the same content again changes nothing; other content under the same id is refused', async () => {
  const bytes = await cogOf(80, 70, noise);
  const { result } = await add('again', { 'a.tif': bytes });
  const repeated = await add('again', { 'b.tif': bytes });
  expect(repeated.result).toEqual({ ...result, changed: false });
  expect(await events('again')).toEqual(['imagery.added']);
  await expect(add('again', { 'a.tif': await cogOf(81, 70, noise) })).rejects.toMatchObject({ code: 'conflict' });
});

test('chips named by their tile become one image in web Mercator, without data where a chip is missing', async () => {
  const [x, y, z] = [193_345, 110_121, 18];
  const files = {
    [`OAM-${x}-${y}-${z}.png`]: await chip(250, 10, 10),
    [`OAM-${x + 1}-${y}-${z}.png`]: await chip(10, 250, 10),
    [`OAM-${x + 1}-${y + 1}-${z}.png`]: await chip(10, 10, 250),
  };
  const { result, set } = await add('chips', files);
  const info = await world.reader.call('describe', world.objects.path(result.digest));
  const { x0, y1 } = mercatorBounds({ x, y, z });
  expect(info).toMatchObject({ width: 128, height: 128, epsg: 3857 });
  expect(info.transform[0]).toBeCloseTo(x0, 6);
  expect(info.transform[3]).toBeCloseTo(y1, 6);
  const rgba = await world.reader.call('window', world.objects.path(result.digest), info.gsd, {
    x0: 0,
    y0: 0,
    x1: 128,
    y1: 128,
  });
  const at = (px: number, py: number): number[] => [...rgba.subarray((py * 128 + px) * 4, (py * 128 + px) * 4 + 4)];
  expect([at(5, 5), at(63, 63), at(64, 0), at(127, 127), at(63, 64)]).toEqual([
    [250, 10, 10, 255],
    [250, 10, 10, 255],
    [10, 250, 10, 255],
    [10, 10, 250, 255],
    [0, 0, 0, 0],
  ]);
  const { facts } = readStatement(
    openBundle(await world.receipts.get(world.database, result.receipt)).payload,
  ).predicate;
  const chips = filesetDigest(set as { path: string; digest: `sha256:${string}` }[]);
  expect(facts['imageryDigests']?.value).toEqual([result.digest, chips].sort());
  expect((await add('chips', files)).result.changed).toBe(false);
});

test('GeoTIFF chips that were cut from one grid become one image again', async () => {
  const part = (x0: number, y0: number, width: number, height: number): Promise<Uint8Array> =>
    cogOf(width, height, (x, y) => noise(x + x0, y + y0), {
      reference: { ...place, west: place.west + x0 * 0.3, north: place.north - y0 * 0.3 },
      overviews: false,
    });
  const { result } = await add('cut', {
    'c00.tif': await part(0, 0, 64, 64),
    'c10.tif': await part(64, 0, 50, 64),
    'c01.tif': await part(0, 64, 64, 30),
  });
  const path = world.objects.path(result.digest);
  const rgba = await world.reader.call('window', path, 0.3, { x0: 0, y0: 0, x1: 114, y1: 94 });
  for (const [x, y] of [
    [63, 40],
    [64, 40],
    [113, 63],
    [20, 64],
    [63, 93],
  ] as const) {
    expect([...rgba.subarray((y * 114 + x) * 4, (y * 114 + x) * 4 + 4)]).toEqual(noise(x, y));
  }
  expect(rgba[(90 * 114 + 100) * 4 + 3]).toBe(0);
});

test.each<[string, string, () => Promise<Record<string, Uint8Array>>]>([
  [
    'a picture that does not say where it lies',
    'imagery-no-georeference',
    async () => ({ 'a.png': await chip(1, 2, 3) }),
  ],
  [
    'a text under the name of a GeoTIFF',
    'imagery-unsupported',
    () => Promise.resolve({ 'a.tif': Buffer.from('GIF89a, or so') }),
  ],
  [
    'a TIFF without a georeference',
    'imagery-no-georeference',
    async () => ({ 'a.tif': await readFile(fixture('no-place')) }),
  ],
  [
    'a GeoTIFF that is cut off',
    'imagery-corrupt',
    async () => ({ 'a.tif': (await cogOf(90, 90, noise)).subarray(0, 9000) }),
  ],
  ['a chip that is no picture', 'imagery-corrupt', () => Promise.resolve({ 'a-1-1-2.png': Buffer.from('no picture') })],
  [
    'chips of two places',
    'imagery-unsupported',
    async () => ({ 'a-1-1-18.png': await chip(1, 1, 1), 'a-90000-90000-18.png': await chip(1, 1, 1) }),
  ],
  [
    'chips of two zooms',
    'imagery-unsupported',
    async () => ({ 'a-4-4-10.png': await chip(1, 1, 1), 'a-9-9-11.png': await chip(1, 1, 1) }),
  ],
  [
    'a GeoTIFF among chips',
    'imagery-unsupported',
    async () => ({ 'a-4-4-10.png': await chip(1, 1, 1), 'b.tif': await readFile(fixture('alpha')) }),
  ],
  ['a path that leaves its folder', 'input-invalid', async () => ({ '../a-4-4-10.png': await chip(1, 1, 1) })],
])('%s is refused as %s, and nothing is left', async (_, code, files) => {
  const before = await counts();
  await expect(add('refused', await files())).rejects.toMatchObject({
    code,
    more: { where: expect.any(String) as string, action: expect.stringMatching(/.{10}/) as string },
  });
  expect(await counts()).toEqual(before);
});

test('bytes that were never uploaded are named', async () => {
  const files = [{ path: 'gone.tif', digest: `sha256:${'0'.repeat(64)}` }];
  const adding = world.addImagery.run({ id: 'gone', title: 'Gone', licence: 'CC0-1.0', files }, jobContext());
  await expect(adding).rejects.toMatchObject({ code: 'not-found', more: { where: 'gone.tif' } });
});

test('tiles and file are served with a tag, and not sent twice', async () => {
  const app = fastify();
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  await app.register(imageryRoutes(world));
  const first = await app.inject('/imagery/chips/tiles/18/193345/110121.png');
  expect(first.statusCode).toBe(200);
  const { data, info } = await sharp(first.rawPayload).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, ...data.subarray(0, 4)]).toEqual([256, 256, 250, 10, 10, 255]);
  const again = await app.inject({
    url: '/imagery/chips/tiles/18/193345/110121.png',
    headers: { 'if-none-match': first.headers.etag as string },
  });
  expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  const beside = await app.inject('/imagery/chips/tiles/18/5/5.png');
  const empty = await sharp(beside.rawPayload).raw().toBuffer();
  expect(empty.every((value, i) => i % 4 < 3 || value === 0)).toBe(true);
  expect((await app.inject('/imagery/chips/tiles/3/8/0.png')).json()).toMatchObject({ code: 'not-found' });
  expect((await app.inject('/imagery/chips/tiles/3/x/0.png')).statusCode).toBe(400);
  expect((await app.inject('/imagery/nowhere/tiles/3/1/0.png')).statusCode).toBe(404);
  const { digest } = await world.imageries.get('noise');
  const file = await app.inject('/imagery/noise/image.tif');
  expect(`sha256:${createHash('sha256').update(file.rawPayload).digest('hex')}`).toBe(digest);
  await app.close();
});

async function events(id: string): Promise<string[]> {
  const rows = await world.database.query<{ kind: string }>('select kind from cairn.event where subject = $1', [
    `imagery:${id}`,
  ]);
  return rows.map(({ kind }) => kind);
}

async function counts(): Promise<unknown> {
  const rows = await world.database.query(
    `select (select count(*) from cairn.receipt) as receipts, (select count(*) from cairn.event) as events,
            (select count(*) from pgstac.items) as items`,
  );
  return { rows, left: await leftFiles(join(world.home, 'jobs')) };
}

/** Files that jobs have left in their folders. */
async function leftFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
