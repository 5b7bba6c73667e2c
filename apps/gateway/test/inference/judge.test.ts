import type { Ring } from '@cairn/geo';
import { expect, test } from 'vitest';
import { judge } from '../../src/inference/examples/judge.ts';

/** A box of 1e-7 degree as rings. */
const box = (x: number, y: number, width = 100, height = 100): Ring[] => [
  [x, y, x + width, y, x + width, y + height, x, y + height],
];
const own = box(0, 0, 1000, 1000)[0]!;
const beside = box(1000, 0, 1000, 1000)[0]!;
const counts = (found: Ring[][], labels: Ring[][]) => {
  const { hits, misses, inventions } = judge(found, labels, { own, image: [own, beside] });
  return [hits, misses, inventions];
};

test('from half an overlap on an outline is a hit, below it a miss and an invention', () => {
  // Of 200 high each: 134 of 266 are shared, then 132 of 268.
  expect(counts([box(100, 100 + 66, 100, 200)], [box(100, 100, 100, 200)])).toEqual([1, 0, 0]);
  expect(counts([box(100, 100 + 68, 100, 200)], [box(100, 100, 100, 200)])).toEqual([0, 1, 1]);
});

test('each is taken once: two houses in one outline are a hit at most', () => {
  expect(counts([box(100, 100, 210)], [box(100, 100, 150), box(250, 100, 60)])).toEqual([1, 1, 0]);
  expect(counts([box(100, 100), box(105, 100)], [box(100, 100)])).toEqual([1, 0, 1]);
});

test('what lies mostly beside the part that is shown is not counted there, but is drawn where it is seen', () => {
  const [most, least] = [box(930, 100), box(970, 100)];
  expect(counts([most], [most])).toEqual([1, 0, 0]);
  expect(counts([least], [least])).toEqual([0, 0, 0]);
  expect(counts([], [least])).toEqual([0, 0, 0]);
  expect(counts([least], [])).toEqual([0, 0, 0]);
  const standings = (found: Ring[][], labels: Ring[][]) =>
    judge(found, labels, { own, image: [own, beside] }).outlines.map(({ standing }) => standing);
  expect(standings([least], [])).toEqual(['beside']);
  expect(standings([], [box(1500, 100)])).toEqual([]);
});

test('of a label that reaches out of the images only the part on them counts, and none that is mostly out of them', () => {
  // 60 of 100 are on the image: what was found there is all of it.
  expect(counts([box(0, 100, 60)], [box(-40, 100)])).toEqual([1, 0, 0]);
  expect(counts([box(0, 100, 40)], [box(-60, 100)])).toEqual([0, 0, 0]);
});
