import fc from 'fast-check';
import { expect, test } from 'vitest';
import { figuresOf, pairsOf, shapesWithin } from '../src/compare/compare.ts';
import { geometryOf, readLayer } from '../src/compare/layer.ts';
import { boxArea } from '../src/predict/area.ts';

/** Boxes of 11 m on a grid of 22 m near the equator, moved by parts of a box. */
const grid = (places: readonly number[], east = 0, north = 0) =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: places.map((place) => {
      const [lon, lat] = [(place % 20) * 2e-4 + east * 1e-4, Math.floor(place / 20) * 2e-4 + north * 1e-4];
      return { type: 'Feature', properties: {}, geometry: boxArea([lon, lat, lon + 1e-4, lat + 1e-4]) };
    }),
  });
const somePlaces = fc.uniqueArray(fc.nat({ max: 399 }), { maxLength: 60 });

test('what both have is matched, the rest is new or missing, and the offset is that of the move', () => {
  const move = fc.double({ min: -0.2, max: 0.2, noNaN: true });
  fc.assert(
    fc.property(somePlaces, somePlaces, move, move, (ours, theirs, east, north) => {
      const [one, other] = [readLayer(grid(ours, east, north)), readLayer(grid(theirs))];
      const pairs = pairsOf(one, other);
      const all = Uint32Array.from(ours.keys());
      const figures = figuresOf(pairs, all, theirs.length);
      const both = ours.filter((place) => theirs.includes(place));
      expect(figures.matched).toBe(both.length);
      expect(figures.added.map((place) => ours[place])).toEqual(ours.filter((place) => !theirs.includes(place)));
      expect(figures.missing.map((place) => theirs[place])).toEqual(theirs.filter((place) => !ours.includes(place)));
      expect(figures.offset === undefined).toBe(both.length === 0);
      if (figures.offset !== undefined) {
        expect(figures.offset.east).toBeCloseTo(east * 11.13, 1);
        expect(figures.offset.north).toBeCloseTo(north * 11.06, 1);
      }
      // What the slider hides matches nothing: its match is missing then.
      const shown = all.filter((place) => place % 2 === 0);
      const fewer = figuresOf(pairs, shown, theirs.length);
      expect(fewer.matched + fewer.added.length).toBe(shown.length);
      expect(fewer.matched + fewer.missing.length).toBe(theirs.length);
    }),
  );
});

test('only what lies in the area counts', () => {
  const shapes = readLayer(grid([0, 1, 2, 20, 21, 22]));
  const area = readLayer(JSON.stringify(boxArea([0, 0, 3.5e-4, 1.5e-4]))).flat();
  expect(shapesWithin(shapes, area)).toEqual(readLayer(grid([0, 1])));
});

test('buildings of an OpenStreetMap extract are taken as those of GeoJSON are; a map gets them back', () => {
  const osm = `<?xml version="1.0"?><osm version="0.6">
    <node id="1" lon="0" lat="0"/><node id="2" lon="0.0001" lat="0"/><node id="3" lon="0.0001" lat="0.0001"/>
    <node id="4" lon="0" lat="0.0001"/>
    <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/><tag k="building" v="yes"/></way>
    <way id="2"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="highway" v="service"/></way></osm>`;
  expect(readLayer(osm)).toEqual(readLayer(grid([0])));
  expect(readLayer(JSON.stringify(geometryOf(readLayer(osm)[0]!)))).toEqual(readLayer(grid([0])));
});

test.each([
  ['{"type":"Topology"}', /not GeoJSON/],
  ['no layer', /JSON/],
  ['<gpx></gpx>', /OSM XML/],
  ['{"type":"Polygon","coordinates":[[["a",0],[1,1],[1,0],["a",0]]]}', /position/],
])('%s is refused', (text, words) => {
  expect(() => readLayer(text)).toThrow(words);
});
