import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reviewFigures, wilson } from '../src/index.ts';

test('the interval is that of Wilson, as tables have it', () => {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const rounded = (k: number, n: number) => {
    const { low, high } = wilson(k, n)!;
    return [low.toFixed(4), high.toFixed(4)];
  };
  expect(rounded(81, 263)).toEqual(['0.2553', '0.3662']);
  expect(rounded(15, 148)).toEqual(['0.0624', '0.1605']);
  expect(rounded(0, 20)).toEqual(['0.0000', '0.1611']);
  expect(rounded(1, 29)).toEqual(['0.0061', '0.1718']);
  expect(wilson(0, 0)).toBeNull();
});

test('the interval holds the share, lies within 0 and 1, and narrows with more of the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: 500 }), fc.nat({ max: 500 }), (right, wrong) => {
      fc.pre(right + wrong > 0);
      const { share, low, high } = wilson(right, right + wrong)!;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
      const more = wilson(2 * right, 2 * (right + wrong))!;
      expect(more.high - more.low).toBeLessThan(high - low);
    }),
  );
});

test('what was fixed is a building as what was accepted is', () => {
  const figures = reviewFigures(['accepted', 'fixed', 'rejected', 'accepted']);
  expect(figures).toMatchObject({ accepted: 2, fixed: 1, rejected: 1, precision: { share: 0.75 } });
  expect(reviewFigures([]).precision).toBeNull();
});
