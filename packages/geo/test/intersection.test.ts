import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reversed, sharedArea, signedArea2, trace } from '../src/index.ts';
import { anyMask } from './mask.ts';

const square = [
  [0, 0, 10, 0, 10, 10, 0, 10],
  [4, 4, 4, 6, 6, 6, 6, 4],
];
const diamond = [[5, -5, 15, 5, 5, 15, -5, 5]];

describe('what two polygons share', () => {
  it('is what both cover, without the holes of either, whichever way their rings run', () => {
    expect(sharedArea(square, square)).toBeCloseTo(96, 9);
    expect(sharedArea(square, diamond)).toBeCloseTo(96, 9);
    expect(sharedArea([[8, 8, 18, 8, 18, 18, 8, 18]], square)).toBeCloseTo(4, 9);
    expect(sharedArea([[8, 8, 8, 18, 18, 18, 18, 8]], square)).toBeCloseTo(4, 9);
    // Edges that cross inside the extents of both.
    expect(sharedArea([[0, 0, 4, 0, 4, 4]], [[0, 0, 4, 0, 0, 4]])).toBeCloseTo(4, 9);
    expect(sharedArea(square, [[10, 0, 20, 0, 20, 10, 10, 10]])).toBe(0);
    expect(sharedArea(square, [[40, 0, 50, 0, 50, 10]])).toBe(0);
  });

  it('loses no digits far from the origin', () => {
    const moved = square.map((ring) => ring.map((value, i) => value + (i % 2 === 0 ? 855_200_000 : 276_300_000)));
    expect(sharedArea(moved, moved)).toBeCloseTo(96, 6);
  });

  it('counts the pixels of both for outlines of random masks', () => {
    fc.assert(
      fc.property(anyMask, anyMask, (one, other) => {
        const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
        let both = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) both += one.mask[y * one.width + x]! * other.mask[y * other.width + x]!;
        }
        const [of, and] = [one, other].map(({ mask, width: w, height: h }) => trace(mask, w, h));
        const shared = of!.flatMap((a) => and!.map((b) => sharedArea(a.rings, b.rings)));
        expect(shared.reduce((sum, area) => sum + area, 0)).toBeCloseTo(both, 6);
      }),
      { numRuns: 60 },
    );
  });

  it('is all of a polygon that is turned and shared with itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 99 })), {
          minLength: 3,
          maxLength: 20,
        }),
        (steps) => {
          // A star around a middle: its points go around once, so it does not cross itself.
          const turn = steps.reduce((sum, [step]) => sum + step, 0);
          let angle = 0;
          const star = steps.flatMap(([step, far]) => {
            angle += (2 * Math.PI * step) / turn;
            return [1000 + far * Math.cos(angle), 1000 + far * Math.sin(angle)];
          });
          fc.pre(steps.every(([step]) => step < turn / 2));
          const area = Math.abs(signedArea2(star)) / 2;
          expect(sharedArea([star], [star])).toBeCloseTo(area, 4);
          expect(sharedArea([star], [reversed(star)])).toBeCloseTo(area, 4);
        },
      ),
      { numRuns: 60 },
    );
  });
});
