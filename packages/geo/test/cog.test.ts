import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CogOptions, Samples } from '../src/cog/index.ts';
import { CogWriter, halveRows, MemorySpool } from '../src/cog/index.ts';
import { levelPixels, readTiff, writeCog } from './cog-reader.ts';

const UTM = { epsg: 32645, west: 400_076.8, north: 1_700_691.2, pixelWidth: 0.3, pixelHeight: 0.3 };

const raster = fc
  .record({
    width: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 70 }),
    bands: fc.integer({ min: 1, max: 4 }),
    bits: fc.constantFrom(8 as const, 16 as const),
    alpha: fc.boolean(),
    bigTiff: fc.boolean(),
    pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    seed: fc.integer(),
  })
  .map((options) => ({ ...options, alpha: options.alpha && options.bands % 2 === 0 }));

/** Pixels that repeat for a seed, with flat and transparent stretches among them. */
function pixelsOf(width: number, height: number, bands: number, bits: number, seed: number): Samples {
  const top = 2 ** bits;
  const samples = width * height * bands;
  let state = seed | 1;
  const draw = (): number => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  const values = Array.from({ length: samples }, () => (draw() & 0x30000 ? (draw() >>> 8) % top : 0));
  return bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
}

describe('a Cloud Optimized GeoTIFF', () => {
  it('gives back every pixel, whatever its size, bands, depth and the pieces it came in', async () => {
    await fc.assert(
      fc.asyncProperty(raster, async ({ pieces, seed, ...options }) => {
        const { width, height, bands, bits } = options;
        const pixels = pixelsOf(width, height, bands, bits, seed);
        const tiff = await readTiff(await writeCog({ ...options, tile: 16 }, pixels, pieces));
        expect(await levelPixels(tiff, 0)).toEqual(Array.from(pixels));
      }),
      { numRuns: 60 },
    );
  });

  it('has the same bytes whatever the pieces it came in', async () => {
    await fc.assert(
      fc.asyncProperty(raster, async ({ pieces, seed, ...options }) => {
        const pixels = pixelsOf(options.width, options.height, options.bands, options.bits, seed);
        const whole = await writeCog({ ...options, tile: 16 }, pixels);
        expect(await writeCog({ ...options, tile: 16 }, pixels, pieces)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('carries its place on the earth for projected and geographic systems', async () => {
    const pixels = new Uint8Array(20 * 10);
    const shape = { width: 20, height: 10, bands: 1, bits: 8 as const, alpha: false };
    const projected = await (await readTiff(await writeCog({ ...shape, reference: UTM }, pixels))).getImage();
    expect(projected.getGeoKeys()).toMatchObject({ GTModelTypeGeoKey: 1, ProjectedCSTypeGeoKey: 32645 });
    expect(projected.getOrigin().slice(0, 2)).toEqual([400_076.8, 1_700_691.2]);
    expect(projected.getResolution().slice(0, 2)).toEqual([0.3, -0.3]);
    const reference = { epsg: 4326, west: 85.5, north: 27.6, pixelWidth: 1e-5, pixelHeight: 2e-5 };
    const geographic = await (await readTiff(await writeCog({ ...shape, reference }, pixels))).getImage();
    expect(geographic.getGeoKeys()).toMatchObject({ GTModelTypeGeoKey: 2, GeographicTypeGeoKey: 4326 });
    expect(geographic.getResolution().slice(0, 2)).toEqual([1e-5, -2e-5]);
  });

  it('halves until one tile holds the picture, and averages 2 x 2 pixels with halves rounded up', async () => {
    const width = 37;
    const height = 33;
    const pixels = pixelsOf(width, height, 3, 8, 7);
    const tiff = await readTiff(await writeCog({ width, height, bands: 3, bits: 8, alpha: false, tile: 16 }, pixels));
    expect(await tiff.getImageCount()).toBe(3);
    let above = { width, height, pixels: Array.from(pixels) };
    for (const level of [1, 2]) {
      const half = { width: (above.width + 1) >> 1, height: (above.height + 1) >> 1 };
      const expected: number[] = [];
      for (let y = 0; y < half.height; y++) {
        for (let x = 0; x < half.width; x++) {
          for (let b = 0; b < 3; b++) {
            const at = (dx: number, dy: number): number => {
              const column = Math.min(2 * x + dx, above.width - 1);
              const row = Math.min(2 * y + dy, above.height - 1);
              return above.pixels[(row * above.width + column) * 3 + b]!;
            };
            expected.push(Math.floor((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4 + 0.5));
          }
        }
      }
      expect(await levelPixels(tiff, level)).toEqual(expected);
      above = { ...half, pixels: expected };
    }
  });

  it('lets no transparent pixel colour an overview', () => {
    const half = new Uint8Array(4);
    const black = [0, 0, 0, 0];
    halveRows(
      { bands: 4, alpha: true },
      2,
      Uint8Array.from([200, 100, 50, 255, ...black]),
      Uint8Array.from([...black, ...black]),
      half,
    );
    expect(Array.from(half)).toEqual([200, 100, 50, 64]);
  });

  it('keeps its directories at the head, and the smallest overview before all others', async () => {
    const pixels = pixelsOf(130, 90, 4, 8, 3);
    const options = { width: 130, height: 90, bands: 4, bits: 8 as const, alpha: true, tile: 16, reference: UTM };
    const tiff = await readTiff(await writeCog(options, pixels));
    const levels = await tiff.getImageCount();
    const firstTiles: number[] = [];
    for (let level = 0; level < levels; level++) {
      const { fileDirectory } = await tiff.getImage(level);
      const offsets = await fileDirectory.loadValue('TileOffsets');
      firstTiles.push(Math.min(...(offsets as ArrayLike<number> & Iterable<number>)));
    }
    expect(firstTiles).toEqual([...firstTiles].sort((a, b) => b - a));
    expect(new Set(firstTiles).size).toBe(levels);
  });

  it('becomes a BigTIFF when it passes 4 GB, and not before', async () => {
    for (const [tileBytes, magic] of [
      [0x3fff_0000, 42],
      [0x4000_0000, 43],
    ] as const) {
      // Four tiles that claim a size without having it, so that the test needs no 4 GB.
      const claimed = Object.defineProperty(new Uint8Array(1), 'length', { value: tileBytes });
      let head = new Uint8Array();
      const writer = new CogWriter({
        width: 32,
        height: 32,
        bands: 1,
        bits: 8,
        alpha: false,
        tile: 16,
        overviews: false,
        deflate: () => claimed,
        sink: { write: (position, bytes) => void (head = position === 0 ? Uint8Array.from(bytes) : head) },
      });
      await writer.writeRows(new Uint8Array(32 * 32));
      await writer.finish();
      expect(head[2]).toBe(magic);
    }
  });
});

describe('the writer says what is wrong', () => {
  const good: Omit<CogOptions, 'deflate' | 'sink'> = { width: 8, height: 8, bands: 3, bits: 8, alpha: false };
  const writer = (change: Partial<CogOptions>): CogWriter =>
    new CogWriter({ ...good, deflate: (bytes) => bytes, sink: { write: () => undefined }, ...change });

  it.each([
    [{ width: 0 }, /width is 0/],
    [{ height: 2.5 }, /height is 2.5/],
    [{ bands: 5 }, /5 bands/],
    [{ alpha: true }, /3 bands cannot end in alpha/],
    [{ tile: 100 }, /multiple of 16/],
    [{ reference: { ...UTM, epsg: 99_999 } }, /EPSG:99999/],
    [{ reference: { ...UTM, west: Number.NaN } }, /corner/],
    [{ reference: { ...UTM, pixelHeight: -0.3 } }, /above 0/],
  ] as const)('for the options %j', (change, message) => {
    expect(() => writer(change)).toThrow(message);
  });

  it('for rows that are not whole, too many, too few or of another depth', async () => {
    await expect(writer({}).writeRows(new Uint8Array(25))).rejects.toThrow(/not whole rows of 24/);
    await expect(writer({}).writeRows(new Uint8Array(24 * 9))).rejects.toThrow(/8 rows: 0 are written, 9 more/);
    await expect(writer({}).writeRows(new Uint16Array(24))).rejects.toThrow(/give a Uint8Array/);
    await expect(writer({}).finish()).rejects.toThrow(/only 0 were written/);
  });

  it('for a spool that is read otherwise than it was written', () => {
    const spool = new MemorySpool();
    spool.write(0, new Uint8Array(4));
    expect(() => spool.read(0, 3)).toThrow(/no 3 bytes at 0/);
  });
});
