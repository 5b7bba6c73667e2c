import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FoundFeature } from '@cairn/contracts';
import { binColour, binCount, binFrom, binOf, confidenceSteps } from '../src/map/confidence.ts';
import { shareInView } from '../src/prediction/area-in-view.ts';
import { areaEdges, Columns } from '../src/prediction/columns.ts';
import { ordered } from '../src/prediction/order.ts';
import { readView, viewQuery } from '../src/prediction/view.ts';
import { boxArea } from '../src/predict/area.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const degrees = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 100);
const anyBox = fc
  .tuple(degrees, degrees, degrees, degrees)
  .map(([a, b, c, d]): [number, number, number, number] => [
    Math.min(a, c),
    Math.min(b, d),
    Math.max(a, c) + 0.01,
    Math.max(b, d) + 0.01,
  ]);
const anyBuilding = fc
  .record({ box: anyBox, confidence: share, area: fc.double({ min: 0.1, max: 5000, noNaN: true }) })
  .map(({ box, confidence, area }): FoundFeature & { box: typeof box } => ({
    type: 'Feature',
    id: '',
    geometry: { type: 'Polygon', coordinates: boxArea(box).coordinates as number[][][] },
    properties: { class: 'building', confidence, area_m2: area },
    box,
  }));

describe('confidence', () => {
  test('lies in the bin that begins at or below it and ends above it, with the colour of its step', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          share,
          fc.integer({ min: 0, max: 1000 }).map((value) => value / 1000),
        ),
        (confidence) => {
          const bin = binOf(confidence);
          expect(confidence).toBeGreaterThanOrEqual(binFrom(bin));
          if (bin + 1 < binCount) expect(confidence).toBeLessThan(binFrom(bin + 1));
          const step = confidenceSteps.find(({ from, to }) => confidence >= from && confidence < to);
          expect(binColour(bin)).toBe(step?.colour);
        },
      ),
    );
  });
});

describe('the columns of a result', () => {
  test('hold what the view holds and is sure enough, and add it up', () => {
    fc.assert(
      fc.property(
        fc.array(anyBuilding, { maxLength: 30 }),
        anyBox,
        fc.nat({ max: binCount - 1 }),
        (buildings, view, bin) => {
          const columns = new Columns(buildings);
          const least = binFrom(bin);
          const places = columns.sure(columns.within(view), least);
          const [west, south, east, north] = view;
          const wanted = buildings.flatMap(({ box, properties }, place) =>
            box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south && properties.confidence >= least
              ? [place]
              : [],
          );
          expect([...places]).toEqual(wanted);
          const sums = columns.sums(places);
          const total = (counts: number[]): number => counts.reduce((sum, count) => sum + count, 0);
          expect([sums.count, total(sums.byArea), total(sums.byConfidence)]).toEqual(Array(3).fill(wanted.length));
          expect(sums.areaM2).toBeCloseTo(
            wanted.reduce((sum, place) => sum + buildings[place]!.properties.area_m2, 0),
            6,
          );
          for (const [i, from] of areaEdges.entries()) {
            const to = areaEdges[i + 1] ?? Infinity;
            const within = wanted.filter((place) => columns.area[place]! >= from && columns.area[place]! < to);
            expect(sums.byArea[i]).toBe(within.length);
          }
        },
      ),
    );
  });

  test('are ordered by a figure either way; what is equal stays in the order of the file', () => {
    fc.assert(
      fc.property(fc.array(anyBuilding, { maxLength: 30 }), fc.boolean(), (buildings, descending) => {
        const columns = new Columns(buildings);
        const all = columns.all;
        for (const by of ['area', 'confidence'] as const) {
          const rows = [...ordered(all, { by, descending }, columns)];
          const values = by === 'area' ? columns.area : columns.confidence;
          expect(rows.toSorted((a, b) => a - b)).toEqual([...all]);
          for (const [i, place] of rows.slice(1).entries()) {
            const before = rows[i]!;
            const step = (descending ? -1 : 1) * (values[place]! - values[before]!);
            expect(step > 0 || (step === 0 && place > before)).toBe(true);
          }
        }
        expect([...ordered(all, { by: 'id', descending }, columns)]).toEqual(
          descending ? [...all].reverse() : [...all],
        );
      }),
    );
  });
});

test('a view comes back from the address that carries it; what is no view is as at first', () => {
  const camera = fc.record({
    lon: fc.integer({ min: -180e6, max: 180e6 }).map((value) => value / 1e6),
    lat: fc.integer({ min: -85e6, max: 85e6 }).map((value) => value / 1e6),
    zoom: fc.integer({ min: 0, max: 2400 }).map((value) => value / 100),
  });
  const anyView = fc.record({
    camera: fc.option(camera, { nil: undefined }),
    least: fc.nat({ max: binCount - 1 }).map(binFrom),
    building: fc.option(fc.constantFrom('0040bf8aaa5268a59237', 'ffffffffffffffffffff'), { nil: undefined }),
    other: fc.option(fc.constant('00000000000000000001'), { nil: undefined }),
    swipe: fc.option(
      fc.nat({ max: 100 }).map((value) => value / 100),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(anyView, (view) => {
      const given = Object.entries(viewQuery(view)).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      expect(readView(new URLSearchParams(given))).toEqual(view);
    }),
  );
  const first = { camera: undefined, least: 0, building: undefined, swipe: undefined, other: undefined };
  for (const text of [
    '',
    'at=1,2',
    'at=200,0,3',
    'at=,,',
    'least=2',
    'least=x',
    'building=%3Cb%3E',
    'at=1,2,3,4',
    'swipe=2',
  ]) {
    expect(readView(new URLSearchParams(text))).toEqual(first);
  }
});

test('the share of an area in a view is that of its surface', () => {
  fc.assert(
    fc.property(anyBox, anyBox, (area, view) => {
      const wide = Math.max(0, Math.min(area[2], view[2]) - Math.max(area[0], view[0]));
      const high = Math.max(0, Math.min(area[3], view[3]) - Math.max(area[1], view[1]));
      const whole = (area[2] - area[0]) * (area[3] - area[1]);
      expect(shareInView(boxArea(area), view)).toBeCloseTo((wide * high) / whole, 6);
    }),
  );
  const twice = {
    type: 'MultiPolygon' as const,
    coordinates: [boxArea([0, 0, 1, 1]), boxArea([2, 0, 3, 1])].map(({ coordinates }) => coordinates as number[][][]),
  };
  expect(shareInView(twice, [0, 0, 1.5, 1])).toBeCloseTo(0.5, 9);
});
