import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientation, polygonFault, sideOfRing, trace } from '../src/index.ts';
import { anyMask, painted } from './mask.ts';

const square = [0, 0, 10, 0, 10, 10, 0, 10];
const kindOf = (...rings: number[][]): string => polygonFault(rings)?.kind ?? 'valid';

describe('polygonFault', () => {
  it('accepts every traced polygon', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        for (const { rings } of trace(mask, width, height)) expect(polygonFault(rings)).toBeUndefined();
      }),
    );
  });

  it('tells a bow tie and where it crosses', () => {
    expect(polygonFault([[0, 0, 10, 10, 10, 0, 0, 10]])).toEqual({ kind: 'self-crossing', ring: 0, point: 2 });
  });

  it('tells a ring that touches itself, a spike and a repeated stretch', () => {
    expect(kindOf([0, 0, 4, 0, 2, 2, 4, 4, 0, 4, 2, 2])).toBe('self-crossing');
    expect(kindOf([0, 0, 10, 0, 15, 0, 10, 0, 10, 10])).toBe('self-crossing');
    expect(kindOf([0, 0, 10, 0, 10, 10, 5, 0, 0, 10])).toBe('self-crossing');
  });

  it('tells a ring of fewer than three points', () => {
    expect(kindOf([0, 0, 10, 0])).toBe('too-few-points');
    expect(kindOf()).toBe('too-few-points');
  });

  it('accepts a hole that touches the outer ring at one point', () => {
    expect(kindOf(square, [0, 5, 5, 3, 5, 7])).toBe('valid');
  });

  it('tells a hole that lies outside, crosses the outer ring or touches it from outside', () => {
    expect(kindOf(square, [20, 20, 25, 20, 25, 25])).toBe('hole-outside');
    expect(kindOf(square, [5, 5, 15, 5, 15, 7])).toBe('rings-cross');
    expect(kindOf(square, [10, 5, 15, 3, 15, 7])).toBe('hole-outside');
    expect(kindOf(square, [0, 5, 5, 3, 10, 5, 15, 12])).not.toBe('valid');
  });

  it('tells a hole in a hole', () => {
    expect(kindOf(square, [1, 1, 9, 1, 9, 9, 1, 9], [3, 3, 5, 3, 5, 5])).toBe('holes-overlap');
  });

  it('is done within seconds with 10,000 points whose edges all lie side by side', () => {
    const comb: number[] = [];
    for (let y = 0; y < 25_000; y += 10) comb.push(0, y, 100_000, y, 100_000, y + 5, 0, y + 5);
    comb.push(-50, 24_995, -50, 0);
    expect(kindOf(comb)).toBe('valid');
    // The end of one tooth now lies across the next.
    comb[8 * 1200 + 5] = 12_012;
    expect(kindOf(comb)).toBe('self-crossing');
  }, 10_000);
});

describe('predicates', () => {
  it('tell the side of a point one unit off a line of billions', () => {
    const far = 1_800_000_000;
    expect(orientation(-far, -far + 1, far, far, 0, 0)).toBe(-1);
    expect(orientation(-far, -far, far, far, 1, 1)).toBe(0);
    expect(orientation(-far, -far, far - 1, far, far - 2, far - 1)).toBe(1);
  });

  it('tell whether a pixel centre lies inside a traced ring as painting does', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        for (const { rings } of trace(mask, width, height)) {
          for (const ring of rings) {
            const paint = painted([[ring]], width, height);
            const doubled = ring.map((value) => value * 2);
            const inside = paint.map((_, i) =>
              sideOfRing(doubled, (i % width) * 2 + 1, Math.floor(i / width) * 2 + 1) > 0 ? 1 : 0,
            );
            expect(inside).toEqual(paint);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('tell that a point lies on a ring', () => {
    for (const [x, y] of [
      [0, 0],
      [5, 0],
      [10, 5],
      [10, 10],
      [0, 3],
    ] as const)
      expect(sideOfRing(square, x, y)).toBe(0);
    expect(sideOfRing(square, 11, 0)).toBe(-1);
    expect(sideOfRing(square, 1, 1)).toBe(1);
  });
});
