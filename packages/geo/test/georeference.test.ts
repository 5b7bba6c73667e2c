import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crsOfEpsg,
  crsOfProj4,
  footprint,
  groundRings,
  interiorPoint,
  lonLatOfPixel,
  lonLatRings,
  measure,
  pixelOfLonLat,
  pixelWindow,
  polygonCoordinates,
  polygonFault,
  ringsOfCoordinates,
  sideOfRing,
  signedArea2,
  trace,
  type GeoTransform,
} from '../src/index.ts';
import { anyMask, drawn } from './mask.ts';

const utm: { crs: ReturnType<typeof crsOfEpsg>; transform: GeoTransform } = {
  crs: crsOfEpsg(32645),
  transform: [330_000, 0.3, 0, 3_060_000, 0, -0.3],
};

describe('crs', () => {
  // Computed with PROJ 9.5.1 (pyproj 3.7.2).
  it.each([
    [32645, 85.52, 27.63, 353979.339154623, 3057091.416218463],
    [32756, 151.2, -33.87, 333510.650080743, 6250800.241183555],
    [3857, 85.52, 27.63, 9520042.85264076, 3202404.835959983],
    [4326, 85.52, 27.63, 85.52, 27.63],
  ])('EPSG:%i puts a point where PROJ does', (code, lon, lat, x, y) => {
    const crs = crsOfEpsg(code);
    const [foundX, foundY] = crs.fromLonLat(lon, lat);
    expect(foundX).toBeCloseTo(x, 3);
    expect(foundY).toBeCloseTo(y, 3);
    const [backLon, backLat] = crs.toLonLat(x, y);
    expect(backLon).toBeCloseTo(lon, 8);
    expect(backLat).toBeCloseTo(lat, 8);
  });

  it('takes a proj4 definition, and says what is wrong with other text', () => {
    const [x, y] = crsOfProj4('+proj=utm +zone=45 +datum=WGS84').fromLonLat(85.52, 27.63);
    expect([x, y]).toEqual(utm.crs.fromLonLat(85.52, 27.63));
    expect(() => crsOfProj4('EPSG:4326')).toThrow('begins with +proj=');
    expect(() => crsOfProj4('+proj=nowhere')).toThrow('proj4 cannot read');
    expect(() => crsOfEpsg(27700)).toThrow('EPSG:27700 is not supported: use EPSG:4326');
    expect(() => crsOfEpsg(32661)).toThrow('EPSG:32661');
  });
});

describe('georeference', () => {
  it('leads from pixels to degrees and back, with a turned raster too', () => {
    const turned = { crs: utm.crs, transform: [330_000, 0.2, 0.1, 3_060_000, 0.1, -0.2] satisfies GeoTransform };
    const pixel = fc.double({ min: 0, max: 30_000, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(utm, turned), pixel, pixel, (georeference, x, y) => {
        const [backX, backY] = pixelOfLonLat(georeference, ...lonLatOfPixel(georeference, x, y));
        expect(Math.abs(backX - x)).toBeLessThan(1e-3);
        expect(Math.abs(backY - y)).toBeLessThan(1e-3);
      }),
    );
    expect(() => pixelOfLonLat({ crs: utm.crs, transform: [0, 0, 0, 0, 0, 0] }, 85, 27)).toThrow(
      'maps the raster to a line',
    );
  });

  it('gives integer degrees with outer rings counterclockwise, whichever way the raster runs', () => {
    const { mask, width, height } = drawn('###', '#.#', '###');
    const rings = trace(mask, width, height)[0]?.rings ?? [];
    for (const transform of [
      utm.transform,
      [330_000, -3, 0, 3_060_000, 0, -3],
      [330_000, 3, 0, 3_060_000, 0, 3],
    ] satisfies GeoTransform[]) {
      const found = lonLatRings(rings, { crs: utm.crs, transform });
      expect(found.map((ring) => Math.sign(signedArea2(ring)))).toEqual([1, -1]);
      expect(found.flat().every(Number.isSafeInteger)).toBe(true);
    }
  });

  it('drops points that fall together on 1e-7 degree', () => {
    const fine = { crs: crsOfEpsg(4326), transform: [10, 1e-9, 0, 20, 0, -1e-9] satisfies GeoTransform };
    expect(lonLatRings([[0, 0, 0, 3, 5, 3, 5, 0]], fine)).toEqual([]);
    expect(lonLatRings([[0, 0, 0, 500, 1, 500, 500, 500, 500, 0]], fine)).toEqual([
      [100_000_000, 199_999_995, 100_000_005, 199_999_995, 100_000_005, 200_000_000, 100_000_000, 200_000_000],
    ]);
  });

  it('keeps a ring across the antimeridian in one piece', () => {
    const fiji = { crs: crsOfEpsg(32760), transform: [815_000, 100, 0, 8_130_000, 0, -100] satisfies GeoTransform };
    const ring = lonLatRings([[0, 0, 0, 100, 100, 100, 100, 0]], fiji)[0] ?? [];
    const lons = ring.filter((_, i) => i % 2 === 0);
    expect(Math.max(...lons)).toBeGreaterThan(1_800_000_000);
    expect(Math.max(...lons) - Math.min(...lons)).toBeLessThan(2_000_000);
  });

  it('finds the window of an area, and none for an area off the raster', () => {
    const inside = footprint({ x0: 100, y0: 200, x1: 300, y1: 250 }, utm);
    const window = pixelWindow(inside, utm, 4096, 4096);
    expect(window?.x0).toBeGreaterThanOrEqual(97);
    expect(window?.x0).toBeLessThanOrEqual(100);
    expect(window?.y1).toBeGreaterThanOrEqual(250);
    expect(window?.y1).toBeLessThanOrEqual(253);
    expect(pixelWindow(footprint({ x0: 5000, y0: 0, x1: 5100, y1: 10 }, utm), utm, 4096, 4096)).toBeUndefined();
  });

  it('gives valid polygons on the ground for any mask, at pixels of decimetres', () => {
    const small = { crs: utm.crs, transform: [330_000, 0.1, 0, 3_060_000, 0, -0.1] satisfies GeoTransform };
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        for (const { rings } of trace(mask, width, height))
          expect(polygonFault(groundRings(rings, small))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});

describe('interiorPoint', () => {
  it('lies strictly inside, off every row of pixel corners, for any polygon', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, width, height }) => {
        for (const { rings } of trace(mask, width, height)) {
          const [x, y] = interiorPoint(rings);
          expect(y % 1).toBe(0.5);
          const inside = rings.map((ring) =>
            sideOfRing(
              ring.map((value) => value * 2),
              x * 2,
              y * 2,
            ),
          );
          expect(inside).toEqual(rings.map((_, i) => (i === 0 ? 1 : -1)));
        }
      }),
    );
  });
});

describe('measure', () => {
  it('equals PROJ on a polygon with a hole', () => {
    const coordinates = [
      [
        [85.52, 27.63],
        [85.53, 27.63],
        [85.53, 27.64],
        [85.52, 27.64],
        [85.52, 27.63],
      ],
      [
        [85.524, 27.634],
        [85.524, 27.636],
        [85.526, 27.636],
        [85.526, 27.634],
        [85.524, 27.634],
      ],
    ];
    const { area, perimeter } = measure(ringsOfCoordinates(coordinates));
    expect(area).toBeCloseTo(1049888.428640604, 4);
    expect(perimeter).toBeCloseTo(5028.117472130063, 6);
  });

  it('does not mind the direction of rings', () => {
    const ring = [855_200_000, 276_300_000, 855_300_000, 276_300_000, 855_300_000, 276_400_000];
    const back = [855_200_000, 276_300_000, 855_300_000, 276_400_000, 855_300_000, 276_300_000];
    expect(measure([back]).area).toBeCloseTo(measure([ring]).area, 6);
  });
});

describe('polygonCoordinates', () => {
  it('closes, winds and begins rings as RFC 7946 and the manifest want them, and is undone by reading', () => {
    const hole = [20_000_000, 20_000_000, 30_000_000, 20_000_000, 30_000_000, 30_000_000];
    const outer = [100_000_000, 0, 0, 0, 0, 100_000_000, 100_000_000, 100_000_000];
    const coordinates = polygonCoordinates([outer, hole]);
    expect(coordinates).toEqual([
      [
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
        [0, 0],
      ],
      [
        [2, 2],
        [3, 3],
        [3, 2],
        [2, 2],
      ],
    ]);
    expect(polygonCoordinates(ringsOfCoordinates(coordinates))).toEqual(coordinates);
  });

  it('never writes a negative zero', () => {
    const [ring] = ringsOfCoordinates([
      [
        [-1e-9, -1e-9],
        [1, 0],
        [1, 1],
        [-1e-9, -1e-9],
      ],
    ]);
    expect(ring?.some((value) => Object.is(value, -0))).toBe(false);
  });
});
