import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AoiError,
  aoiGeometry,
  aoiMeets,
  crsOfEpsg,
  footprint,
  parseAoi,
  pointInAoi,
  type AoiLimits,
} from '../src/index.ts';

const square = [
  [85.52, 27.63],
  [85.53, 27.63],
  [85.53, 27.64],
  [85.52, 27.64],
  [85.52, 27.63],
];
const hole = [
  [85.524, 27.634],
  [85.526, 27.634],
  [85.526, 27.636],
  [85.524, 27.636],
  [85.524, 27.634],
];
const polygon = (...rings: number[][][]): object => ({ type: 'Polygon', coordinates: rings });
const feature = (geometry: object | null): object => ({ type: 'Feature', properties: {}, geometry });
const collection = (...features: object[]): object => ({ type: 'FeatureCollection', features });
const shifted = (ring: number[][], dx: number, dy: number): number[][] =>
  ring.map(([x = 0, y = 0]) => [x + dx, y + dy]);
const swapped = (ring: number[][]): number[][] => ring.map(([x = 0, y = 0]) => [y, x]);

function refusal(input: unknown, limits?: AoiLimits): AoiError {
  try {
    parseAoi(input, limits);
  } catch (error) {
    if (error instanceof AoiError) return error;
    throw error;
  }
  throw new Error('the area was accepted');
}

const imagery = footprint(
  { x0: 0, y0: 0, x1: 4000, y1: 4000 },
  { crs: crsOfEpsg(4326), transform: [85.52, 2.5e-6, 0, 27.64, 0, -2.5e-6] },
);

describe('parseAoi', () => {
  it('takes every form of an area, as text or parsed, and makes equal areas equal', () => {
    const forms: unknown[] = [
      polygon(square),
      polygon([...square].reverse()),
      polygon([...square.slice(2), ...square.slice(1, 3)]),
      { type: 'MultiPolygon', coordinates: [[square]] },
      feature(polygon(square)),
      collection(feature(polygon(square))),
      JSON.stringify(polygon(square)),
      polygon(square.map(([x = 0, y = 0]) => [x, y, 1300])),
      polygon([square[0] ?? [], ...square]),
    ];
    const expected = parseAoi(polygon(square));
    for (const form of forms) expect(parseAoi(form)).toEqual(expected);
    expect(expected.bbox).toEqual([85.52, 27.63, 85.53, 27.64]);
    expect(expected.area).toBeCloseTo(1_093_633, -2);
    expect(aoiGeometry(expected)).toEqual({ type: 'Polygon', coordinates: [square] });
  });

  it('takes a bbox as a list or as text', () => {
    const [west, south, east, north] = parseAoi([85.52, 27.63, 85.53, 27.64]).bbox;
    expect([west, south, east, north]).toEqual([85.52, 27.63, 85.53, 27.64]);
    expect(parseAoi(' 85.52, 27.63,85.53,27.64 ')).toEqual(parseAoi([85.52, 27.63, 85.53, 27.64]));
    expect(parseAoi('[85.52,27.63,85.53,27.64]')).toEqual(parseAoi([85.52, 27.63, 85.53, 27.64]));
  });

  it('sees the size of an area as wide as the globe', () => {
    // From 80 south to 80 north: all but the two caps, as PROJ 9.5.1 has it.
    expect(parseAoi([-180, -80, 180, 80]).area / 1e12).toBeCloseTo(502.25, 1);
    expect(refusal([-180, -90, 180, 90], { maxKm2: 1000 }).code).toBe('aoi-too-large');
  });

  it('leaves holes out of the area and of what belongs to it', () => {
    const whole = parseAoi(polygon(square));
    const holed = parseAoi(polygon(square, hole));
    expect(whole.area - holed.area).toBeCloseTo(parseAoi(polygon(hole)).area, 3);
    expect(pointInAoi(whole, 85.525, 27.635)).toBe(true);
    expect(pointInAoi(holed, 85.525, 27.635)).toBe(false);
    expect(pointInAoi(holed, 85.521, 27.631)).toBe(true);
    expect(pointInAoi(holed, 85.54, 27.635)).toBe(false);
  });

  it('takes areas that adjoin, or that lie in the hole of another, as one', () => {
    const beside = shifted(square, 0.01, 0.003);
    expect(parseAoi(collection(feature(polygon(square)), feature(polygon(beside)))).polygons).toHaveLength(2);
    expect(parseAoi(collection(feature(polygon(square, hole)), feature(polygon(hole)))).area).toBeCloseTo(
      parseAoi(polygon(square)).area,
      3,
    );
    const slanted = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0.333],
      [0, 0],
    ];
    const above = [
      [0, 0.333],
      [0.5, 0.6665],
      [1, 1],
      [0, 1],
      [0, 0.333],
    ];
    expect(parseAoi(collection(feature(polygon(slanted)), feature(polygon(above)))).polygons).toHaveLength(2);
  });

  it('takes an area that was cut at the antimeridian', () => {
    const cut = {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [179.9, -17],
            [180, -17],
            [180, -16.9],
            [179.9, -17],
          ],
        ],
        [
          [
            [-180, -17],
            [-179.9, -17],
            [-180, -16.9],
            [-180, -17],
          ],
        ],
      ],
    };
    expect(parseAoi(cut).polygons).toHaveLength(2);
  });

  it.each<[string, unknown, string, string]>([
    ['text that is cut short', '{"type":"Polygon","coordinates":[[[1,2', 'aoi-invalid-json', ''],
    ['a line', { type: 'LineString', coordinates: square }, 'aoi-not-polygon', ''],
    [
      'a point in a collection',
      collection(feature(polygon(square)), feature({ type: 'Point', coordinates: [1, 2] })),
      'aoi-not-polygon',
      '/features/1/geometry',
    ],
    ['a feature without a geometry', feature(null), 'aoi-not-polygon', '/geometry'],
    ['an empty collection', collection(), 'aoi-not-polygon', ''],
    ['nothing', null, 'aoi-not-polygon', ''],
    ['a polygon without rings', polygon(), 'aoi-not-polygon', '/coordinates'],
    [
      'a name in the place of a number',
      {
        type: 'Polygon',
        coordinates: [
          [
            [1, 2],
            ['x', 3],
          ],
        ],
      },
      'aoi-invalid-coordinates',
      '/coordinates/0/1',
    ],
    [
      'coordinates that are no list',
      { type: 'MultiPolygon', coordinates: [{}] },
      'aoi-invalid-coordinates',
      '/coordinates/0',
    ],
    ['a bbox of three numbers', [1, 2, 3], 'aoi-invalid-coordinates', ''],
    [
      'a system of its own',
      { ...polygon(square), crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32645' } } },
      'aoi-wrong-crs',
      '/crs',
    ],
    [
      'latitude first',
      polygon(square.map(([x = 0, y = 0]) => [y, x + 10])),
      'aoi-coordinate-order',
      '/coordinates/0/0',
    ],
    ['metres', polygon(shifted(square, 353_000, 3_057_000)), 'aoi-coordinate-order', '/coordinates/0/0'],
    ['a bbox upside down', [85.52, 27.64, 85.53, 27.63], 'aoi-coordinate-order', '/1'],
    ['a bbox across the antimeridian', [179.9, -17, -179.9, -16.9], 'aoi-antimeridian', '/0'],
    [
      'an outline across the antimeridian',
      polygon([
        [179.9, -17],
        [-179.9, -17],
        [-179.9, -16.9],
        [179.9, -17],
      ]),
      'aoi-antimeridian',
      '/coordinates/0/1',
    ],
    [
      'longitudes beyond 180',
      polygon([
        [179.9, -17],
        [180.1, -17],
        [180.1, -16.9],
        [179.9, -17],
      ]),
      'aoi-antimeridian',
      '/coordinates/0/1',
    ],
    ['a ring that does not end where it began', polygon(square.slice(0, 4)), 'aoi-not-closed', '/coordinates/0/3'],
    [
      'a line there and back',
      polygon([
        [1, 1],
        [2, 2],
        [1, 1],
      ]),
      'aoi-zero-area',
      '/coordinates/0',
    ],
    [
      'one point many times',
      polygon([
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
      'aoi-zero-area',
      '/coordinates/0',
    ],
    ['a bbox without height', [1, 2, 3, 2], 'aoi-zero-area', ''],
    ['an empty ring', polygon([]), 'aoi-zero-area', '/coordinates/0'],
    [
      'a bow tie, though its parts cancel out',
      polygon([
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
      'aoi-self-crossing',
      '/coordinates/0/2',
    ],
    [
      'a self-crossing hole',
      polygon(square, [
        [85.524, 27.634],
        [85.526, 27.636],
        [85.526, 27.634],
        [85.524, 27.636],
        [85.524, 27.634],
      ]),
      'aoi-self-crossing',
      '/coordinates/1/2',
    ],
    ['a hole outside', polygon(square, shifted(hole, 1, 0)), 'aoi-hole-outside', '/coordinates/1/0'],
    [
      'the same polygon twice',
      collection(feature(polygon(square)), feature(polygon(square))),
      'aoi-overlapping',
      '/features/1/geometry/coordinates/0',
    ],
    [
      'polygons that share ground',
      collection(feature(polygon(square)), feature(polygon(shifted(square, 0.005, 0)))),
      'aoi-overlapping',
      '/features/1/geometry/coordinates/0',
    ],
    [
      'polygons laid crosswise',
      {
        type: 'MultiPolygon',
        coordinates: [
          [
            [
              [0, 4],
              [10, 4],
              [10, 6],
              [0, 6],
              [0, 4],
            ],
          ],
          [
            [
              [4, 0],
              [6, 0],
              [6, 10],
              [4, 10],
              [4, 0],
            ],
          ],
        ],
      },
      'aoi-overlapping',
      '/coordinates/1/0',
    ],
  ])('refuses %s', (_, input, code, where) => {
    const { code: found, detail, message } = refusal(input);
    expect({ code: found, where: detail.where }).toEqual({ code, where });
    expect(message).toContain(detail.what);
    expect(detail.advice.length).toBeGreaterThan(10);
  });

  it('refuses an area off the imagery, and says so where exchanged coordinates are the cause', () => {
    expect(refusal(polygon(shifted(square, 1, 0)), { imagery }).code).toBe('aoi-outside-imagery');
    const { code, detail } = refusal(polygon(swapped(square)), { imagery });
    expect(code).toBe('aoi-coordinate-order');
    expect(detail.what).toContain('exchanged');
    expect(parseAoi(polygon(shifted(square, 0.005, 0)), { imagery }).polygons).toHaveLength(1);
    expect(parseAoi([85, 27, 86, 28], { imagery }).polygons).toHaveLength(1);
  });

  it('refuses an area whose hole holds all of the imagery', () => {
    expect(
      refusal(
        polygon(
          [
            [85, 27],
            [86, 27],
            [86, 28],
            [85, 28],
            [85, 27],
          ],
          [
            [85.5, 27.5],
            [85.6, 27.5],
            [85.6, 27.7],
            [85.5, 27.7],
            [85.5, 27.5],
          ],
        ),
        { imagery },
      ).code,
    ).toBe('aoi-outside-imagery');
  });

  it('refuses an area above the limit and names both sizes', () => {
    expect(refusal(polygon(square), { maxKm2: 1 }).detail.what).toBe(
      'The area has 1.09 km², more than the 1 km² allowed at once',
    );
    expect(parseAoi(polygon(square), { maxKm2: 1.1 }).polygons).toHaveLength(1);
  });

  it('refuses more points than it would check in good time', () => {
    const ring = Array.from({ length: 30_000 }, (_, i) => [i / 1000, i % 2]);
    expect(refusal(polygon(ring)).code).toBe('aoi-too-many-points');
  });

  it('never ends in anything but an area or an AoiError', () => {
    const number = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.double());
    const position = fc.array(fc.oneof(number, fc.jsonValue()), { minLength: 1, maxLength: 3 });
    const ring = fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.tuple(number, number) }, { weight: 1, arbitrary: position }),
      { maxLength: 6 },
    );
    const geometry = fc.oneof(
      fc.record({
        type: fc.constant('Polygon'),
        coordinates: fc.array(
          ring.map((points) => [...points, ...points.slice(0, 1)]),
          { maxLength: 3 },
        ),
      }),
      fc.record({
        type: fc.constantFrom('MultiPolygon', 'Feature', 'FeatureCollection', 'Point'),
        coordinates: fc.jsonValue(),
        features: fc.jsonValue(),
        geometry: fc.jsonValue(),
      }),
      fc.jsonValue(),
      fc.string(),
    );
    fc.assert(
      fc.property(geometry, (input) => {
        try {
          expect(parseAoi(input, { imagery, maxKm2: 10 }).area).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AoiError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('pointInAoi', () => {
  it('gives a point on the border of adjoining areas to exactly one of them', () => {
    const thousandths = (ring: number[][]): number[][] => ring.map((point) => point.map((value) => value / 1000));
    const middle = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
    const areas = fc.tuple(middle, fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(areas, ([[x, y], px, py]) => {
        const corners: [number, number][] = [
          [0, 0],
          [10, 0],
          [10, 10],
          [0, 10],
        ];
        const quarters = corners.map((corner, i) =>
          parseAoi(polygon(thousandths([corner, corners[(i + 1) % 4] ?? corner, [x, y], corner]))),
        );
        const onGrid = px > 0 && px < 10 && py > 0 && py < 10;
        const owners = quarters.filter((quarter) => pointInAoi(quarter, px / 1000, py / 1000)).length;
        if (onGrid) expect(owners).toBe(1);
        else expect(owners).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('aoiMeets', () => {
  const aoi = parseAoi(polygon(square, hole));
  const box = (west: number, south: number, east: number, north: number): number[] =>
    [west, south, east, south, east, north, west, north].map((value) => Math.round(value * 1e7));

  it('tells blocks that an area shares ground with from those in its hole or beside it', () => {
    expect(aoiMeets(aoi, box(85.521, 27.631, 85.522, 27.632))).toBe(true);
    expect(aoiMeets(aoi, box(85.51, 27.62, 85.521, 27.631))).toBe(true);
    expect(aoiMeets(aoi, box(85, 27, 86, 28))).toBe(true);
    expect(aoiMeets(aoi, box(85.5245, 27.6345, 85.5255, 27.6355))).toBe(false);
    expect(aoiMeets(aoi, box(85.54, 27.63, 85.55, 27.64))).toBe(false);
  });
});
