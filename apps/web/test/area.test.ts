import { FORMAT_NAMES } from '@cairn/export';
import { describe, expect, test } from 'vitest';
import { boxArea, boxOf, commonBox, readArea } from '../src/predict/area.ts';
import { tilesIn, zoomFor } from '../src/predict/tiles.ts';
import { downloadFormats } from '../src/prediction/predictions.ts';

const ring = [
  [1, 2],
  [3, 2],
  [3, 4],
  [1, 2],
];
const polygon = { type: 'Polygon', coordinates: [ring] };

describe('an area from text', () => {
  test.each([
    ['a polygon', JSON.stringify(polygon), polygon],
    ['a feature', JSON.stringify({ type: 'Feature', properties: {}, geometry: polygon }), polygon],
    [
      'a collection, whose points are left out',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          { type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] } },
          { type: 'Feature', geometry: polygon },
          { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[ring]] } },
        ],
      }),
      { type: 'MultiPolygon', coordinates: [[ring], [ring]] },
    ],
    ['four numbers', ' 1, 2 , 3.5 4', boxArea([1, 2, 3.5, 4])],
    ['four numbers in brackets', '[-1,-2,3,4]', boxArea([-1, -2, 3, 4])],
  ])('is read of %s', (_name, text, area) => {
    expect(readArea(text)).toEqual(area);
  });

  test.each([
    ['nothing', ''],
    ['words', 'the town'],
    ['three numbers', '1,2,3'],
    ['south above north', '1,4,3,2'],
    ['beyond the earth', '1,2,3,95'],
    ['a point', '{"type":"Point","coordinates":[1,2]}'],
    ['coordinates that are none', '{"type":"Polygon","coordinates":[[[1,"2"]]]}'],
    ['null', 'null'],
  ])('is refused of %s', (_name, text) => {
    expect(readArea(text)).toBeUndefined();
  });
});

test('a box is found around areas, and common to two', () => {
  expect(boxOf({ type: 'MultiPolygon', coordinates: [[ring], [[[9, 8]]]] })).toEqual([1, 2, 9, 8]);
  expect(commonBox([0, 0, 2, 2], [1, 1, 3, 3])).toEqual([1, 1, 2, 2]);
  expect(commonBox([0, 0, 1, 1], [1, 1, 3, 3])).toBeUndefined();
});

test('map tiles are counted at the zoom that fits the pixels of a model', () => {
  expect(zoomFor(0.3, 27.6)).toBe(19);
  expect(zoomFor(0.6, 0)).toBe(18);
  expect(tilesIn([-180, -85, 179.9, 85], 1)).toBe(4);
  expect(tilesIn([85.5189, 27.6294, 85.5223, 27.6342], 19)).toBe(6 * 8);
});

test('every format of the gateway can be downloaded', () => {
  expect([...downloadFormats].sort()).toEqual(['geojson', ...FORMAT_NAMES].sort());
});
