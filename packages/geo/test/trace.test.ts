import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedArea2, trace } from '../src/index.ts';
import { anyMask, drawn, painted } from './mask.ts';

describe('trace', () => {
  it('outlines a rectangle by its four corners', () => {
    const { mask, width, height } = drawn('....', '.##.', '.##.', '....');
    expect(trace(mask, width, height)).toEqual([{ rings: [[1, 1, 1, 3, 3, 3, 3, 1]], pixels: 4, confidenceSum: 0 }]);
  });

  it('keeps pixels that touch at a corner apart', () => {
    const { mask, width, height } = drawn('#.', '.#');
    expect(trace(mask, width, height).map(({ rings }) => rings)).toEqual([
      [[0, 0, 0, 1, 1, 1, 1, 0]],
      [[1, 1, 1, 2, 2, 2, 2, 1]],
    ]);
  });

  it('splits an outline that touches itself into an outer ring and a hole', () => {
    const { mask, width, height } = drawn('###', '#.#', '##.');
    expect(trace(mask, width, height)[0]?.rings).toEqual([
      [0, 0, 0, 3, 2, 3, 2, 2, 3, 2, 3, 0],
      [1, 1, 2, 1, 2, 2, 1, 2],
    ]);
  });

  it('splits two holes that touch at a corner', () => {
    const { mask, width, height } = drawn('####', '#.##', '##.#', '####');
    expect(trace(mask, width, height)[0]?.rings).toHaveLength(3);
  });

  it('sums the confidences of each polygon', () => {
    const { mask, width, height } = drawn('#.#', '#.#');
    const sums = trace(mask, width, height, Uint8Array.of(1, 99, 200, 2, 99, 255)).map((p) => p.confidenceSum);
    expect(sums).toEqual([3, 455]);
  });

  it('says which size it expected where a raster does not fit', () => {
    expect(() => trace(new Uint8Array(5), 2, 3)).toThrow('a raster of 2 × 3 has 6 pixels, not 5');
  });

  it('gives simple rings that enclose exactly the mask', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        const polygons = trace(mask, width, height);
        expect(
          painted(
            polygons.map((p) => p.rings),
            width,
            height,
          ),
        ).toEqual(mask);
        for (const { rings, pixels } of polygons) {
          expect(rings.reduce((sum, ring) => sum - signedArea2(ring), 0)).toBe(2 * pixels);
          expect(rings.map((ring) => Math.sign(signedArea2(ring)))).toEqual(rings.map((_, i) => (i === 0 ? -1 : 1)));
          for (const ring of rings) {
            const corners = new Set(ring.flatMap((x, i) => (i % 2 === 0 ? [`${x} ${ring[i + 1]}`] : [])));
            expect(corners.size).toBe(ring.length / 2);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
