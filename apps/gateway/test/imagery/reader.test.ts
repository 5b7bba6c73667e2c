import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isErrorCode } from '@cairn/contracts';
import { tileAt, tileBounds } from '@cairn/geo';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImageryReader } from '../../src/imagery/reader.ts';
import { cogOf, fixture, noise, rampColour, rampHasData } from './geotiff.ts';

let folder: string;
let cog: string;
const reader = new ImageryReader({ cacheBytes: 4 * 1024 * 1024 });
const [width, height] = [200, 150];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-reader-'));
  cog = join(folder, 'noise.tif');
  await writeFile(cog, await cogOf(width, height, noise));
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

/** Each pixel of a window as RGBA. */
async function pixels(path: string, box: { x0: number; y0: number; x1: number; y1: number }, gsd = 0.3) {
  const rgba = await reader.window(path, gsd, box);
  return (x: number, y: number): number[] => {
    const at = ((y - box.y0) * (box.x1 - box.x0) + x - box.x0) * 4;
    return [...rgba.subarray(at, at + 4)];
  };
}

test.each([
  'deflate-tiled',
  'lzw-strips',
  'packbits-planes',
  'zstd-big',
  'alpha',
  'mask',
  'nodata',
  'big-endian',
  'point',
  'webp',
])('the pixels of a GeoTIFF of the kind %s are those that GDAL wrote', async (kind) => {
  const at = await pixels(fixture(kind), { x0: 0, y0: 0, x1: 48, y1: 40 });
  const masked = ['alpha', 'mask', 'nodata'].includes(kind);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 48; x++) {
      const due = !masked || rampHasData(x, y) ? [...rampColour(x, y), 255] : [0, 0, 0, 0];
      expect(at(x, y), `pixel ${x}, ${y}`).toEqual(due);
    }
  }
});

test.each(['jpeg', 'jpeg-rgb'])('a GeoTIFF of the kind %s has its colours, and its mask, in place', async (kind) => {
  const at = await pixels(fixture(kind), { x0: 0, y0: 0, x1: 48, y1: 40 });
  for (const [x, y] of [
    [24, 16],
    [40, 30],
    [10, 30],
  ] as const) {
    rampColour(x, y).forEach((value, band) => expect(Math.abs(at(x, y)[band]! - value)).toBeLessThan(16));
  }
  expect(at(2, 2)[3]).toBe(kind === 'jpeg' ? 0 : 255);
});

test('a grey image is grey in every colour, and 16 bits are stretched between its own dark and bright', async () => {
  const grey = await pixels(fixture('grey'), { x0: 0, y0: 0, x1: 48, y1: 40 });
  expect(grey(24, 16)).toEqual([240, 240, 240, 255]);
  // Of all samples of the ramp, 16 times as large as in 8 bits, 2 % lie below and 2 % above.
  const samples = Array.from({ length: 48 * 40 }, (_, at) => rampColour(at % 48, Math.floor(at / 48))).flat();
  const sorted = samples.map((value) => value * 16).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;
  const [low, high] = [at(0.02), at(0.98)];
  const stretched = (value: number): number =>
    Math.min(255, Math.max(0, Math.round((value * 16 - low) * (255 / (high - low)))));
  // Each time anew, as memory that was used before looks another way.
  for (let time = 0; time < 3; time++) {
    const fresh = new ImageryReader({ cacheBytes: 1024 * 1024 });
    const rgba = await fresh.window(fixture('uint16'), 0.3, { x0: 20, y0: 10, x1: 30, y1: 20 });
    const due = [...rampColour(24, 16).map(stretched), 255];
    expect([...rgba.subarray((6 * 10 + 4) * 4, (6 * 10 + 4) * 4 + 4)]).toEqual(due);
    await fresh.close();
  }
});

test("where an image lies is read from scale, matrix, or a tie point at a pixel's middle", async () => {
  const area = await reader.describe(fixture('deflate-tiled'));
  expect(area).toMatchObject({ width: 48, height: 40, epsg: 32645, transform: [400_000, 0.3, 0, 3_000_000, 0, -0.3] });
  expect(area.gsd).toBeCloseTo(0.3, 2);
  const point = await reader.describe(fixture('point'));
  expect(point.transform[0]).toBeCloseTo(area.transform[0], 6);
  expect(point.transform[3]).toBeCloseTo(area.transform[3], 6);
  expect((await reader.describe(fixture('degrees'))).epsg).toBe(4326);
});

test.each([
  ['float', 'imagery-unsupported'],
  ['five-bands', 'imagery-unsupported'],
  ['rotated', 'imagery-unsupported'],
  ['palette', 'imagery-unsupported'],
  ['no-crs', 'imagery-no-georeference'],
  ['no-place', 'imagery-no-georeference'],
])('a GeoTIFF of the kind %s is refused as %s, with what to do', async (kind, code) => {
  await expect(reader.describe(fixture(kind))).rejects.toMatchObject({
    code,
    more: { action: expect.stringMatching(/.{20}/) as string, where: expect.any(String) as string },
  });
});

test('a window reads the pixels it names, and beyond the image there is no data', async () => {
  const at = await pixels(cog, { x0: -20, y0: 100, x1: 90, y1: 180 });
  for (const [x, y] of [
    [0, 100],
    [63, 127],
    [64, 128],
    [89, 149],
  ] as const) {
    expect(at(x, y)).toEqual(noise(x, y));
  }
  expect(at(-1, 120)).toEqual([0, 0, 0, 0]);
  expect(at(50, 150)).toEqual([0, 0, 0, 0]);
});

test('at half the resolution a pixel is the mean of the four native ones that have data', async () => {
  const at = await pixels(cog, { x0: 0, y0: 0, x1: 100, y1: 75 }, 0.61);
  for (let y = 0; y < 75; y++) {
    for (let x = 0; x < 100; x++) {
      const four = [0, 1, 2, 3].map((i) => noise(2 * x + (i & 1), 2 * y + (i >> 1))).filter((pixel) => pixel[3] > 0);
      const mean = (band: number): number =>
        Math.floor(four.reduce((sum, pixel) => sum + pixel[band]!, 0) / four.length + 0.5);
      const due = four.length === 0 ? [0, 0, 0, 0] : [mean(0), mean(1), mean(2), 255];
      expect(at(x, y), `pixel ${x}, ${y}`).toEqual(due);
    }
  }
});

test('a window has the same pixels whatever its cut, at whole and at torn ratios', async () => {
  for (const gsd of [0.3, 0.61, 0.42, 0.2]) {
    const [w, h] = [Math.floor((width * 0.3) / gsd), Math.floor((height * 0.3) / gsd)];
    const whole = await pixels(cog, { x0: 0, y0: 0, x1: w, y1: h }, gsd);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -10, max: w }), fc.integer({ min: -10, max: h }), async (x0, y0) => {
        const box = { x0, y0, x1: x0 + 17, y1: y0 + 13 };
        const part = await pixels(cog, box, gsd);
        for (let y = Math.max(0, y0); y < Math.min(h, box.y1); y++) {
          for (let x = Math.max(0, x0); x < Math.min(w, box.x1); x++) expect(part(x, y)).toEqual(whole(x, y));
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  }
});

test('imagery far coarser than the model is refused', async () => {
  await expect(reader.window(cog, 0.05, { x0: 0, y0: 0, x1: 9, y1: 9 })).rejects.toMatchObject({
    code: 'imagery-unsupported',
  });
});

test('an image cut off anywhere, or with bytes changed anywhere, is read or refused, and never hangs', async () => {
  const kinds = ['deflate-tiled', 'lzw-strips', 'zstd-big', 'mask', 'jpeg', 'packbits-planes', 'webp'];
  const originals = await Promise.all(kinds.map((kind) => readFile(fixture(kind))));
  const damage = fc.record({
    kind: fc.nat(kinds.length - 1),
    length: fc.double({ min: 0, max: 1, noNaN: true }),
    changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
      maxLength: 6,
    }),
    // Half of the changes hit the head, where the structure is.
    head: fc.boolean(),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(damage, async ({ kind, length, changes, head }) => {
      const original = originals[kind]!;
      const bytes = Buffer.from(
        original.subarray(0, changes.length > 0 ? undefined : Math.floor(length * original.length)),
      );
      for (const [at, value] of changes)
        bytes[Math.floor(at * (head ? Math.min(400, bytes.length) : bytes.length))] = value;
      const path = join(folder, `damaged-${run++}.tif`);
      await writeFile(path, bytes);
      try {
        const { footprint } = await reader.describe(path);
        expect(footprint.length).toBeGreaterThan(5);
        await reader.check(path);
        await reader.window(path, 0.3, { x0: 0, y0: 0, x1: 48, y1: 40 });
      } catch (error) {
        expect((error as { code?: string }).code, String((error as Error).stack)).toMatch(/^imagery-/);
        expect(isErrorCode((error as { code: string }).code)).toBe(true);
      } finally {
        await rm(path, { force: true });
      }
    }),
    { numRuns: 400, seed: 11 },
  );
});

test('a file cut off in its pixels is found before anything is predicted on it', async () => {
  const bytes = await cogOf(width, height, noise);
  const path = join(folder, 'cut.tif');
  await writeFile(path, bytes.subarray(0, bytes.length - 200));
  await expect(reader.check(path)).rejects.toMatchObject({ code: 'imagery-corrupt' });
});

test('a map tile shows the image in its place, and nothing beside it', async () => {
  // On the web map's own grid a pixel of the image is a pixel of the tile.
  const [x, y, z] = [193_345, 110_121, 18];
  const edge = (2 * Math.PI * 6_378_137) / 2 ** z;
  const reference = {
    epsg: 3857,
    west: x * edge - Math.PI * 6_378_137,
    north: Math.PI * 6_378_137 - y * edge,
    pixelWidth: edge / 256,
    pixelHeight: edge / 256,
  };
  const path = join(folder, 'mercator.tif');
  await writeFile(path, await cogOf(300, 256, noise, { reference }));
  const rgba = await sharp(await reader.tile(path, { x, y, z }))
    .raw()
    .toBuffer();
  for (const [px, py] of [
    [100, 100],
    [0, 255],
    [255, 60],
  ] as const) {
    const at = (py * 256 + px) * 4;
    noise(px, py).forEach((value, band) => expect(Math.abs(rgba[at + band]! - value)).toBeLessThan(4));
  }
  expect(rgba[(3 * 256 + 3) * 4 + 3]).toBe(0);
  const east = await sharp(await reader.tile(path, { x: x + 1, y, z }))
    .raw()
    .toBuffer();
  expect([east[43 * 4 + 3], east[45 * 4 + 3]]).toEqual([255, 0]);
  expect(await reader.tile(path, { x: x + 2, y, z })).toBeUndefined();
});

test('a map tile of a UTM image lies where its coordinates are, seen from near and from far', async () => {
  const { footprint } = await reader.describe(cog);
  const [lon, lat] = [footprint[0]! / 1e7, footprint[1]! / 1e7];
  for (const z of [20, 17, 12]) {
    const tile = tileAt(lon, lat, z);
    const png = await reader.tile(cog, tile);
    const rgba = await sharp(png).raw().toBuffer();
    const [west, south, east, north] = tileBounds(tile);
    let shown = 0;
    for (let i = 0; i < 65_536; i++) shown += rgba[i * 4 + 3] === 255 ? 1 : 0;
    expect(shown).toBeGreaterThan(0);
    // The image's own corner has no data; a little to its inside there are some.
    const [inLon, inLat] = [lon + 0.0003, lat - 0.0002];
    if (inLon > east || inLat < south) continue;
    const px = Math.floor(((inLon - west) / (east - west)) * 256);
    const py = Math.floor(((north - inLat) / (north - south)) * 256);
    expect(rgba[(py * 256 + px) * 4 + 3]).toBe(255);
  }
});
