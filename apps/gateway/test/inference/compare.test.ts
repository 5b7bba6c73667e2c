import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Comparison, type FoundFeature } from '../../src/inference/shadow/compare.ts';

/** A square by its south-western corner and edge, in units of 1e-7 degree; a metre is some 90 of them. */
function square(
  id: string,
  x: number,
  y: number,
  edge: number,
  more: Partial<FoundFeature['properties']> = {},
): FoundFeature {
  const corners = [
    [x, y],
    [x + edge, y],
    [x + edge, y + edge],
    [x, y + edge],
    [x, y],
  ].map(([lon = 0, lat = 0]) => [(855_200_000 + lon) / 1e7, (276_300_000 + lat) / 1e7]);
  const properties = { class: 'building', confidence: 0.8, area_m2: (edge / 90) ** 2, ...more };
  return { id, geometry: { coordinates: [corners] }, properties };
}

function compared(answered: readonly FoundFeature[], shadow: readonly FoundFeature[]) {
  const comparison = new Comparison();
  for (const feature of answered) comparison.addAnswered(feature);
  for (const feature of shadow) comparison.addShadow(feature);
  return comparison.figures();
}

describe('a comparison', () => {
  it('counts what both found, what is missing and what is added, and how they agree', () => {
    const answered = [square('a', 0, 0, 1000), square('b', 3000, 0, 1000), square('c', 6000, 0, 1000)];
    // Of the first, nine tenths; the second not; the third by a third of both, which is another building.
    const shadow = [square('d', 0, 0, 1000 * Math.sqrt(0.9), { confidence: 0.6 }), square('e', 6500, 0, 1000)];
    expect(compared(answered, shadow)).toMatchObject({ answered_features: 3, shadow_features: 2, matched: 1 });
    const figures = compared(answered, shadow);
    expect(figures.mean_iou).toBeCloseTo(0.9, 2);
    expect(figures.answered_confidence).toBeCloseTo(0.8, 9);
    expect(figures.shadow_confidence).toBeCloseTo(0.6, 9);
    expect(figures.confidence_difference).toBeCloseTo(0.2, 9);
    expect(figures.answered_area_m2).toBeCloseTo(3 * (1000 / 90) ** 2, 6);
  });

  it('tells no means where nothing was found by both, or by either', () => {
    expect(compared([], [])).toMatchObject({ matched: 0, mean_iou: null, confidence_difference: null });
    const other = square('b', 0, 0, 1000, { class: 'tree' });
    expect(compared([square('a', 0, 0, 1000)], [other])).toMatchObject({ matched: 0, mean_iou: null });
  });

  it('finds a match for what is as wide as a chip of coarse imagery', () => {
    const wide = square('a', -40_000, -40_000, 100_000);
    expect(compared([wide, square('b', 0, 0, 1000)], [{ ...wide, id: 'c' }, square('d', 0, 0, 1000)]).matched).toBe(2);
  });

  it('gives each building to one, the best first, in whatever order they come', () => {
    const answered = [square('a', 0, 0, 1000), square('b', 100, 0, 1000), square('c', 200, 0, 1000)];
    const shadow = [square('x', 90, 0, 1000), square('y', 210, 0, 1000), square('z', 205, 5, 1000)];
    const expected = compared(answered, shadow);
    expect(expected.matched).toBe(3);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(answered, { minLength: 3 }),
        fc.shuffledSubarray(shadow, { minLength: 3 }),
        (a, b) => {
          expect(compared(a, b)).toEqual(expected);
        },
      ),
    );
  });
});
