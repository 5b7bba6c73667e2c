import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { featureId, Manifest, manifestLine, normaliseGeometry } from '../src/index.ts';
import { type Building, buildings } from './trail.ts';

type Ring = number[][];

const feature = (coordinates: unknown, type = 'Polygon', properties: unknown = {}): unknown => ({
  type: 'Feature',
  geometry: { type, coordinates },
  properties,
});

function rotated(ring: Ring, by: number): Ring {
  const open = ring.slice(0, -1);
  const start = by % open.length;
  const turned = [...open.slice(start), ...open.slice(0, start)];
  return [...turned, turned[0] ?? []];
}

/** Rings of distinct corners on a grid of 1e-7 degree, of any shape: the digest must not depend on being a valid polygon. */
const ring = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
    minLength: 3,
    maxLength: 12,
    selector: ([x, y]) => `${x} ${y}`,
  })
  .map((corners): Ring => [...corners, corners[0] ?? [0, 0]].map(([x, y]) => [85 + x / 1e7, 27 + y / 1e7]));

test('a line is the digest of the canonical text that the design names', () => {
  const coordinates = [
    [
      [85.2, 27.5],
      [85.2, 27.4],
      [85.1, 27.4],
      [85.2, 27.5],
    ],
  ];
  const text =
    '{"geometry":{"coordinates":[[[851000000,274000000],[852000000,274000000],[852000000,275000000],[851000000,274000000]]],' +
    '"type":"Polygon"},"properties":{"a":1,"confidence":0.5}}';
  const line = createHash('sha256').update(text).digest('hex');
  const properties = { confidence: 0.5, id: 'anything', a: 1 };
  expect(manifestLine(feature(coordinates, 'Polygon', properties))).toBe(line);
  expect(featureId(feature(coordinates, 'Polygon', properties))).toBe(line.slice(0, 20));
  const manifest = new Manifest();
  manifest.add(feature(coordinates, 'Polygon', properties));
  expect(manifest.text()).toBe(`${line}\n`);
});

test('a polygon has one line however its rings start, turn, and are ordered', () => {
  fc.assert(
    fc.property(fc.array(ring, { minLength: 1, maxLength: 4 }), fc.nat(), fc.boolean(), (rings, by, turn) => {
      const [outer = [], ...holes] = rings;
      const vary = (one: Ring): Ring => (turn ? rotated(one, by).reverse() : rotated(one, by));
      const other = [vary(outer), ...holes.map(vary).reverse()];
      expect(manifestLine(feature(other))).toBe(manifestLine(feature(rings)));
      const twice = (polygon: Ring[]): unknown => feature([polygon, [outer]], 'MultiPolygon');
      const reversed = feature([[vary(outer)], other], 'MultiPolygon');
      expect(manifestLine(reversed)).toBe(manifestLine(twice(rings)));
    }),
  );
});

test('a ring that repeats its smallest place still has one line', () => {
  const knot = [
    [0, 0],
    [2, 1],
    [2, 2],
    [0, 0],
    [1, 3],
    [0, 4],
    [0, 0],
  ];
  for (let by = 0; by < 6; by++) {
    expect(manifestLine(feature([rotated(knot, by)]))).toBe(manifestLine(feature([knot])));
    expect(manifestLine(feature([rotated(knot, by).reverse()]))).toBe(manifestLine(feature([knot])));
  }
});

test('outer rings come out counter-clockwise and holes clockwise, also where doubles cannot tell', () => {
  const square = [
    [-170, -80],
    [170, -80],
    [170, 80],
    [-170, 80],
    [-170, -80],
  ];
  // Neighbouring Fibonacci numbers: the triangle's doubled area is one unit, a difference of two products of 1e18.
  const corner = (x: number, y: number): number[] => [(x - 9e8) / 1e7, (y - 6e8) / 1e7];
  const [origin, near, far] = [corner(0, 0), corner(1134903170, 701408733), corner(1836311903, 1134903170)];
  const sliver = [origin, near, far, origin];
  const whole = (one: Ring): Ring => one.map((place) => place.map((degrees) => Math.round(degrees * 1e7)));
  expect(normaliseGeometry({ type: 'Polygon', coordinates: [[...square].reverse(), square] }).coordinates).toEqual([
    whole(square),
    whole([...square].reverse()),
  ]);
  const slivers = [[...sliver].reverse(), sliver];
  expect(normaliseGeometry({ type: 'Polygon', coordinates: slivers }).coordinates).toEqual([
    whole(sliver),
    whole([...sliver].reverse()),
  ]);
});

test('a hostile ring of one repeated place takes no longer than another', () => {
  const flat = Array.from({ length: 100_000 }, (_, index) => [85, index % 2 ? 27 : 27.1]);
  const start = performance.now();
  manifestLine(feature([[...flat, flat[0]]]));
  expect(performance.now() - start).toBeLessThan(20_000);
});

test('digits beyond 1e-7 degree do not matter, the seventh does', () => {
  const at = (x: number): string => manifestLine(feature([x, 27], 'Point'));
  expect(at(85.12345671)).toBe(at(85.1234567));
  expect(at(85.12345665)).toBe(at(85.1234567));
  expect(at(85.1234568)).not.toBe(at(85.1234567));
  expect(at(-0.00000001)).toBe(at(0));
});

test('every property counts but the id', () => {
  const line = (properties: unknown): string => manifestLine(feature([85, 27], 'Point', properties));
  expect(line({ id: 'x', a: [1, { b: null }] })).toBe(line({ a: [1, { b: null }] }));
  expect(line({ a: [1, { b: 0 }] })).not.toBe(line({ a: [1, { b: null }] }));
  expect(line(JSON.parse('{"__proto__":{"a":1}}'))).not.toBe(line({}));
  expect(line(null)).toBe(line({}));
});

test('the manifest does not depend on the order of features, and streams give ids as they come', () => {
  const features = buildings(50);
  const manifest = new Manifest();
  const backwards = new Manifest();
  expect(features.map((one) => manifest.add(one))).toEqual(features.map(({ id }) => id));
  for (const one of [...features].reverse()) backwards.add(one);
  expect(backwards.text()).toBe(manifest.text());
  expect(manifest.count).toBe(50);
  expect(manifest.digest()).toBe(`sha256:${createHash('sha256').update(manifest.text()).digest('hex')}`);
  expect(manifest.text()).toMatch(/^([0-9a-f]{64}\n){50}$/);
  expect(new Manifest().text()).toBe('');
});

test('what cannot be signed is refused with its place', () => {
  const [building] = buildings(1) as [Building];
  const refused =
    (changes: object): (() => unknown) =>
    () =>
      manifestLine({ ...building, ...changes });
  const polygon = (coordinates: unknown): object => ({ geometry: { type: 'Polygon', coordinates } });
  expect(refused({ type: 'Thing' })).toThrow('Not a GeoJSON Feature');
  expect(refused({ geometry: null })).toThrow('not a JSON object');
  expect(refused({ geometry: { type: 'GeometryCollection', geometries: [] } })).toThrow('neither a point');
  expect(
    refused(
      polygon([
        [
          [85, 27],
          [85, 28],
          [86, 28],
        ],
      ]),
    ),
  ).toThrow('/geometry/coordinates/0 is not a closed ring');
  expect(
    refused(
      polygon([
        [
          [85, 27],
          [85, 28],
          [86, 28],
          [85, 27, 5],
        ],
      ]),
    ),
  ).toThrow('/0/3 is not longitude and latitude alone');
  expect(
    refused(
      polygon([
        [
          [85, 97],
          [85, 28],
          [86, 28],
          [85, 97],
        ],
      ]),
    ),
  ).toThrow('/0/0/1 is not a number of degrees');
  expect(refused(polygon([]))).toThrow('not a list with members');
  expect(refused({ properties: { a: Number.NaN } })).toThrow('/properties/a is NaN');
  expect(refused({ properties: [] })).toThrow('properties are not');
});
