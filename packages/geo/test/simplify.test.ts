import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockGrid,
  blocksIn,
  overlapWithPixels,
  polygonFault,
  signedArea2,
  simplify,
  SIMPLIFY_DEFAULTS,
  Stitcher,
  trace,
  traceBlock,
} from '../src/index.ts';
import { anyMask, cropped, drawn } from './mask.ts';

/** A rectangle of roof, turned: its mask, drawn where pixel centres lie inside. */
function roof(width: number, length: number, degrees: number, size = 80): Uint8Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [(i % size) + 0.5 - size / 2, Math.floor(i / size) + 0.5 - size / 2];
    const [u, v] = [x * cos + y * sin, y * cos - x * sin];
    return Math.abs(u) < length / 2 && Math.abs(v) < width / 2 ? 1 : 0;
  });
}

/** Blocks of 3 × 3 equal pixels, so that there is something to simplify, with some single pixels flipped. */
const coarseMask = anyMask.chain(({ mask, width, height }) =>
  fc.array(fc.nat({ max: width * height * 9 - 1 }), { maxLength: 12 }).map((flips) => {
    const wide = width * 3;
    const out = Uint8Array.from({ length: wide * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor((i % wide) / 3), Math.floor(i / wide / 3)];
      return mask[y * width + x] ?? 0;
    });
    for (const at of flips) out[at] = 1 - (out[at] ?? 0);
    return { mask: out, width: wide, height: height * 3 };
  }),
);

const scaled = (rings: readonly (readonly number[])[]): number[][] =>
  rings.map((ring) => ring.map((value) => value * 256));

describe('simplify', () => {
  it('keeps an upright rectangle as it is', () => {
    const { mask, width, height } = drawn('......', '.####.', '.####.', '.####.', '......');
    const [polygon] = trace(mask, width, height);
    expect(simplify(polygon?.rings ?? [])).toEqual([[1, 1, 1, 4, 5, 4, 5, 1]]);
  });

  it('draws a turned roof with four corners and within 3 % of its area', () => {
    for (const degrees of [0, 7, 15, 26, 38, 45, 61, 77, 89]) {
      const [polygon] = trace(roof(24, 40, degrees), 80, 80);
      const [outer = [], ...holes] = simplify(polygon?.rings ?? []);
      expect({ degrees, corners: outer.length / 2, holes: holes.length }).toEqual({ degrees, corners: 4, holes: 0 });
      expect(Math.abs(-signedArea2(outer) / 2 / 960 - 1)).toBeLessThan(0.03);
    }
  });

  it('puts the sides of a turned roof within half a pixel of where they are', () => {
    const [polygon] = trace(roof(24, 40, 20), 80, 80);
    const [outer = []] = simplify(polygon?.rings ?? []);
    const [cos, sin] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
    for (let i = 0; i < outer.length; i += 2) {
      const [x, y] = [(outer[i] ?? 0) - 40, (outer[i + 1] ?? 0) - 40];
      expect(Math.abs(Math.abs(x * cos + y * sin) - 20)).toBeLessThan(0.5);
      expect(Math.abs(Math.abs(y * cos - x * sin) - 12)).toBeLessThan(0.5);
    }
  });

  it('keeps a courtyard and fills a speck', () => {
    const mask = roof(30, 40, 0, 60);
    for (const [x0, y0, x1, y1] of [
      [20, 25, 30, 32],
      [40, 20, 42, 22],
    ] as const) {
      for (let y = y0; y < y1; y++) mask.fill(0, y * 60 + x0, y * 60 + x1);
    }
    const [polygon] = trace(mask, 60, 60);
    expect(polygon?.rings).toHaveLength(3);
    expect(simplify(polygon?.rings ?? [])[1]).toEqual([20, 25, 30, 25, 30, 32, 20, 32]);
    expect(simplify(polygon?.rings ?? [])).toHaveLength(2);
  });

  it('gives valid polygons that overlap their pixels as asked, for any mask', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyMask, coarseMask),
        fc.constantFrom(0.75, 1.5, 3),
        ({ mask, width, height }, tolerance) => {
          for (const { rings } of trace(mask, width, height)) {
            const simple = simplify(rings, { ...SIMPLIFY_DEFAULTS, tolerance });
            expect(polygonFault(scaled(simple))).toBeUndefined();
            expect(simple.map((ring) => Math.sign(signedArea2(ring)))).toEqual(
              simple.map((_, i) => (i === 0 ? -1 : 1)),
            );
            expect(overlapWithPixels(simple, rings)).toBeGreaterThanOrEqual(0.9);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('does not depend on where rings begin nor on the place in the raster', () => {
    fc.assert(
      fc.property(
        coarseMask,
        fc.nat({ max: 30 }),
        fc.nat({ max: 30_000 }),
        fc.nat({ max: 30_000 }),
        ({ mask, width, height }, turn, dx, dy) => {
          for (const { rings } of trace(mask, width, height)) {
            const moved = rings.map((ring) => {
              const at = (2 * turn) % ring.length;
              return [...ring.slice(at), ...ring.slice(0, at)].map((value, i) => value + (i % 2 === 0 ? dx : dy));
            });
            const expected = simplify(rings).map((ring) => ring.map((value, i) => value + (i % 2 === 0 ? dx : dy)));
            expect(simplify(moved)).toEqual(expected);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not depend on how the mask was cut into blocks', () => {
    const mask = roof(24, 40, 33);
    const cut = (size: number): unknown => {
      const grid = blockGrid({ width: 80, height: 80, size, halo: 0, stride: 1 });
      const stitcher = new Stitcher(grid);
      const found = blocksIn(grid, [{ x0: 0, y0: 0, x1: 80, y1: 80 }]).flatMap((block) =>
        stitcher.add(block, traceBlock(cropped(mask, 80, block.core), block.core)),
      );
      return found.map(({ rings }) => simplify(rings));
    };
    expect(cut(16)).toEqual(cut(80));
    expect(cut(7)).toEqual(cut(80));
  });
});

describe('overlap with pixels', () => {
  it('is 1 for the polygon itself and exact for a triangle', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        for (const { rings } of trace(mask, width, height)) expect(overlapWithPixels(rings, rings)).toBeCloseTo(1, 12);
      }),
      { numRuns: 50 },
    );
    expect(overlapWithPixels([[0, 0, 0, 4, 4, 4]], [[0, 0, 0, 4, 4, 4, 4, 0]])).toBeCloseTo(0.5, 12);
    expect(overlapWithPixels([[-1.5, 1, -1.5, 3, 2, 3, 2, 1]], [[0, 0, 0, 4, 4, 4, 4, 0]])).toBeCloseTo(4 / 19, 12);
  });
});
