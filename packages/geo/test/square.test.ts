import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crsOfEpsg,
  groundMetric,
  groundRings,
  GROUND_DEFAULTS,
  overlapWithPixels,
  polygonFault,
  signedArea2,
  simplify,
  SIMPLIFY_DEFAULTS,
  SQUARE_PIXELS,
  trace,
  type Georeference,
  type Ring,
  type Rings,
} from '../src/index.ts';
import { anyMask } from './mask.ts';

const utm: Georeference = { crs: crsOfEpsg(32645), transform: [353_979, 0.3, 0, 3_057_091, 0, -0.3] };
const mercator: Georeference = { crs: crsOfEpsg(3857), transform: [9_519_000, 0.34, 0, 3_203_000, 0, -0.34] };
/** Pixels of 0.22 by 0.30 m. */
const north: Georeference = { crs: crsOfEpsg(4326), transform: [87, 4e-6, 0, 60, 0, -2.7e-6] };
/** An image that lies askew on the ground. */
const turned: Georeference = { crs: crsOfEpsg(32645), transform: [353_979, 0.26, 0.15, 3_057_091, 0.15, -0.26] };

/** A building as people mean it: how far a point, in metres east and north of its middle, lies inside; below 0: outside. */
type Shape = (east: number, north: number) => number;

const rectangle =
  (length: number, width: number): Shape =>
  (u, v) =>
    Math.min(length / 2 - Math.abs(u), width / 2 - Math.abs(v));
const ell: Shape = (u, v) => Math.max(rectangle(24, 9)(u, v + 7), rectangle(10, 22)(u + 7, v));
const courtyard: Shape = (u, v) => Math.min(rectangle(26, 22)(u, v), -rectangle(11, 9)(u, v));
const disc: Shape = (u, v) => 9 - Math.hypot(u, v);
/** Sides of 20 and 14 m that meet at 65 degrees. */
const skewed: Shape = (u, v) =>
  rectangle(20, 14 * Math.sin((65 * Math.PI) / 180))(u - v / Math.tan((65 * Math.PI) / 180), v);
/** A corner of a rectangle is cut off along 8 m. */
const cutOff: Shape = (u, v) => Math.min(rectangle(24, 18)(u, v), (21 - 4 * Math.SQRT2 - u - v) / Math.SQRT2);

const turnedBy =
  (shape: Shape, degrees: number): Shape =>
  (east, north) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return shape(east * cos + north * sin, north * cos - east * sin);
  };

/** The outline of what a network would see of a building in the middle of 130 × 130 pixels: corners are blurred. */
function seen(shape: Shape, reference: Georeference): Rings {
  const size = 130;
  const middle = size / 2;
  const [origin, right, below] = [
    ground(reference, middle, middle),
    ground(reference, middle + 1, middle),
    ground(reference, middle, middle + 1),
  ];
  const inside = (x: number, y: number): number => {
    const along = (k: 0 | 1): number => (x - middle) * (right[k] - origin[k]) + (y - middle) * (below[k] - origin[k]);
    return shape(along(0), along(1));
  };
  const mask = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [(i % size) + 0.5, Math.floor(i / size) + 0.5];
    const depth = inside(x, y);
    if (Math.abs(depth) > 2) return depth > 0 ? 1 : 0;
    const around = [-2, -1, 0, 1, 2].flatMap((dx) => [-2, -1, 0, 1, 2].map((dy) => inside(x + dx, y + dy)));
    return around.filter((one) => one > 0).length > 12 ? 1 : 0;
  });
  return trace(mask, size, size).sort((a, b) => b.pixels - a.pixels)[0]!.rings;
}

/** Metres in UTM, in which angles and, within a part in a thousand, lengths are those on the ground. */
function ground({ crs, transform: [g0, g1, g2, g3, g4, g5] }: Georeference, x: number, y: number): [number, number] {
  return utm.crs.fromLonLat(...crs.toLonLat(g0 + g1 * x + g2 * y, g3 + g4 * x + g5 * y));
}

/** The angles in degrees at the corners of rings of 1e-7 degree, 0 … 180. */
function angles(rings: Rings): number[] {
  return rings.flatMap((ring) => {
    const points = Array.from({ length: ring.length / 2 }, (_, i) =>
      utm.crs.fromLonLat(ring[2 * i]! / 1e7, ring[2 * i + 1]! / 1e7),
    );
    return points.map((at, i) => {
      const [before, after] = [points.at(i - 1)!, points[(i + 1) % points.length]!];
      const [a, b] = [direction(at, before), direction(at, after)];
      return Math.abs(((a - b + 540) % 360) - 180);
    });
  });
}

function direction([ax, ay]: [number, number], [bx, by]: [number, number]): number {
  return (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
}

const squared = (rings: Rings, reference: Georeference): number[][] => groundRings(rings, reference);
const straight = (rings: Rings, reference: Georeference): number[][] =>
  groundRings(rings, reference, { ...GROUND_DEFAULTS, square: false });

describe('squaring', () => {
  it('gives a blurred roof four right angles on the ground, however it lies and whatever its projection', () => {
    for (const [name, reference] of Object.entries({ utm, mercator, north, turned })) {
      for (const degrees of [0, 11, 27, 45, 58, 83]) {
        const found = squared(seen(turnedBy(rectangle(18, 12), degrees), reference), reference);
        const off = angles(found).map((angle) => Math.abs(angle - 90));
        expect({ name, degrees, corners: off.length }).toEqual({ name, degrees, corners: 4 });
        expect(Math.max(...off), `${name}, turned by ${degrees}`).toBeLessThan(0.4);
      }
    }
  });

  it('squares wings and courtyards by the same axis', () => {
    for (const [shape, corners] of [
      [ell, 6],
      [courtyard, 8],
    ] as const) {
      for (const degrees of [0, 20, 66]) {
        const found = angles(squared(seen(turnedBy(shape, degrees), mercator), mercator));
        expect(found).toHaveLength(corners);
        for (const angle of found) expect(Math.abs(angle - 90)).toBeLessThan(0.4);
      }
    }
  });

  it('leaves round and skewed buildings alone', () => {
    for (const shape of [disc, skewed]) {
      for (const degrees of [0, 20, 66]) {
        const rings = seen(turnedBy(shape, degrees), utm);
        expect(squared(rings, utm)).toEqual(straight(rings, utm));
      }
    }
  });

  it('keeps a corner that is cut off for good, and squares the others', () => {
    const found = angles(squared(seen(turnedBy(cutOff, 20), utm), utm)).sort((a, b) => a - b);
    expect(found).toHaveLength(5);
    for (const angle of found.slice(0, 3)) expect(Math.abs(angle - 90)).toBeLessThan(0.4);
    for (const angle of found.slice(3)) expect(Math.abs(angle - 135)).toBeLessThan(8);
  });

  it('squares houses that touch each by its own axis', () => {
    const pair: Shape = (u, v) => Math.max(rectangle(20, 14)(u + 9, v), turnedBy(rectangle(20, 14), 30)(u - 9, v));
    const found = angles(squared(seen(pair, utm), utm));
    expect(found.filter((angle) => Math.abs(angle - 90) < 0.4).length).toBeGreaterThanOrEqual(5);
  });

  it('gives valid polygons of which the overlap with their pixels is as asked, for any mask and any ground', () => {
    const metric = fc.constantFrom(utm, mercator, north, turned).map((reference) => groundMetric(reference, 80, 80));
    fc.assert(
      fc.property(coarseMask, metric, fc.constantFrom(0.75, 1.5, 3), ({ mask, width, height }, on, tolerance) => {
        for (const { rings } of trace(mask, width, height)) {
          const found = simplify(rings, { ...SIMPLIFY_DEFAULTS, tolerance }, on);
          expect(polygonFault(found.map((ring) => ring.map((value) => value * 256)))).toBeUndefined();
          expect(found.map((ring) => Math.sign(signedArea2(ring)))).toEqual(found.map((_, i) => (i === 0 ? -1 : 1)));
          expect(overlapWithPixels(found, rings)).toBeGreaterThanOrEqual(0.9);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('does not depend on where rings begin nor on the place in the raster', () => {
    const place = fc.nat({ max: 30_000 });
    fc.assert(
      fc.property(coarseMask, fc.nat({ max: 30 }), place, place, ({ mask, width, height }, turn, dx, dy) => {
        const moved = (ring: Ring): number[] => ring.map((value, i) => value + (i % 2 === 0 ? dx : dy));
        for (const { rings } of trace(mask, width, height)) {
          const other = rings.map((ring) => {
            const at = (2 * turn) % ring.length;
            return moved([...ring.slice(at), ...ring.slice(0, at)]);
          });
          const expected = simplify(rings, SIMPLIFY_DEFAULTS, SQUARE_PIXELS).map(moved);
          expect(simplify(other, SIMPLIFY_DEFAULTS, SQUARE_PIXELS)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Masks of blocks of 5 × 5 equal pixels, of which some single pixels are flipped: there is something to square. */
const coarseMask = anyMask.chain(({ mask, width, height }) =>
  fc.array(fc.nat({ max: width * height * 25 - 1 }), { maxLength: 12 }).map((flips) => {
    const wide = width * 5;
    const out = Uint8Array.from({ length: wide * height * 5 }, (_, i) => {
      const [x, y] = [Math.floor((i % wide) / 5), Math.floor(i / wide / 5)];
      return mask[y * width + x] ?? 0;
    });
    for (const at of flips) out[at] = 1 - (out[at] ?? 0);
    return { mask: out, width: wide, height: height * 5 };
  }),
);
