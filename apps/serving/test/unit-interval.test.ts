import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWithin01 } from '../src/unit-interval.ts';

const edges = [0, -0, 1, 1 + 2 ** -23, 1 - 2 ** -24, -(2 ** -149), 2 ** -149, 255, NaN, -NaN, Infinity, -Infinity];

test('numbers from 0 to 1 are told from others wherever they stand, NaN from both', () => {
  const number = fc.oneof(
    { weight: 20, arbitrary: fc.float({ min: 0, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(...edges) },
    { weight: 1, arbitrary: fc.float() },
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 40 }), fc.nat({ max: 3 }), (numbers, from) => {
      const values = Float32Array.from(numbers).subarray(from);
      expect(isWithin01(values)).toBe(values.every((value) => value >= 0 && value <= 1));
    }),
    { numRuns: 2000 },
  );
});
