import fc from 'fast-check';
import geographiclib from 'geographiclib-geodesic';
import { describe, expect, it } from 'vitest';
import { centroid, MATCH_IOU, matchOutlines, offsetBetween, type Rings } from '../src/index.ts';

/** A box of 1e-7 degree, counterclockwise. */
const box = (x: number, y: number, width: number, height: number): Rings => [
  [x, y, x + width, y, x + width, y + height, x, y + height],
];

const anyBox = fc.record({
  x: fc.integer({ min: -20_000, max: 20_000 }),
  y: fc.integer({ min: -20_000, max: 20_000 }),
  width: fc.integer({ min: 1, max: 6000 }),
  height: fc.integer({ min: 1, max: 6000 }),
});
type AnyBox = typeof anyBox extends fc.Arbitrary<infer T> ? T : never;
const boxes = fc.array(anyBox, { maxLength: 25 });
const outlines = (list: readonly AnyBox[]) =>
  list.map(({ x, y, width, height }) => ({ rings: box(x, y, width, height) }));

function iouOf(a: AnyBox, b: AnyBox): number {
  const wide = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x));
  const high = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
  const shared = wide * high;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

describe('matching outlines', () => {
  it('takes each once, only pairs that overlap enough, and leaves no pair that could be one more', () => {
    fc.assert(
      fc.property(boxes, boxes, (ours, theirs) => {
        const matches = matchOutlines(outlines(ours), outlines(theirs));
        for (const side of ['ours', 'theirs'] as const) {
          expect(new Set(matches.map((match) => match[side])).size).toBe(matches.length);
        }
        for (const match of matches) {
          expect(match.iou).toBeCloseTo(iouOf(ours[match.ours]!, theirs[match.theirs]!), 9);
          expect(match.iou).toBeGreaterThanOrEqual(MATCH_IOU);
        }
        // Greedy by overlap: of every pair that overlaps enough, one side is taken by a pair that overlaps as much.
        for (const [i, one] of ours.entries()) {
          for (const [j, other] of theirs.entries()) {
            const iou = iouOf(one, other);
            if (iou < MATCH_IOU + 1e-9) continue;
            const holding = matches.filter((match) => match.ours === i || match.theirs === j);
            expect(Math.max(...holding.map((match) => match.iou))).toBeGreaterThanOrEqual(iou - 1e-9);
          }
        }
      }),
    );
  });

  it('is the same the other way round, and finds all of a list in itself', () => {
    fc.assert(
      fc.property(boxes, boxes, (ours, theirs) => {
        const sum = (matches: readonly { iou: number }[]) => matches.reduce((total, { iou }) => total + iou, 0);
        const there = matchOutlines(outlines(ours), outlines(theirs));
        const back = matchOutlines(outlines(theirs), outlines(ours));
        expect(sum(back)).toBeCloseTo(sum(there), 9);
        expect(matchOutlines(outlines(ours), outlines(ours))).toHaveLength(ours.length);
      }),
    );
  });

  it('finds what is wider than the cells by which it looks', () => {
    const wide = { rings: box(0, 0, 100_000, 100_000) };
    const small = { rings: box(50_000, 50_000, 100, 100) };
    expect(matchOutlines([small, wide], [wide, small])).toMatchObject([
      { ours: 0, theirs: 1 },
      { ours: 1, theirs: 0 },
    ]);
  });
});

describe('an offset', () => {
  it('is that of the ellipsoid', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -800_000_000, max: 800_000_000 }),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: -300, max: 300 }),
        (latitude, dx, dy) => {
          const from = box(0, latitude, 1000, 1000);
          const { east, north } = offsetBetween(from, box(dx, latitude + dy, 1000, 1000));
          const at = (latitude + 500) / 1e7;
          const { s12 } = geographiclib.Geodesic.WGS84.Inverse(at, 0, at + dy / 1e7, dx / 1e7);
          expect(Math.hypot(east, north)).toBeCloseTo(s12 ?? NaN, 3);
          if (dx !== 0) expect(east > 0).toBe(dx > 0);
          if (dy !== 0) expect(north > 0).toBe(dy > 0);
        },
      ),
    );
  });

  it('is measured from centre to centre; a hole draws the centre away', () => {
    expect(centroid(box(10, 20, 100, 40))).toEqual([60, 40]);
    const [hole] = box(60, 20, 50, 40);
    const [x] = centroid([
      box(10, 20, 100, 40)[0]!,
      [...hole!].reduceRight<number[]>((out, _, i) => (i % 2 === 0 ? [...out, hole![i]!, hole![i + 1]!] : out), []),
    ]);
    expect(x).toBe(35);
  });
});
