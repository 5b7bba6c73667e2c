import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { binColour, binCount, binFrom } from './confidence.ts';
import { landOfEarth } from './land.ts';
import { comparedColours } from './style-colours.ts';

/** The layer below which imagery lies. */
export const aboveImagery = 'footprints';

/** A collection without anything in it. */
export const nothing: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Every bin of confidence, by its number. */
export const bins = Array.from({ length: binCount }, (_, bin) => bin);

/** How much of the ground a building hides. */
export const fillOpacity = 0.28;

/** The layer of a bin's fills, and that of its outlines. */
export const binLayers = (bin: number): { fill: string; line: string } => ({
  fill: `fill-${bin}`,
  line: `line-${bin}`,
});

/**
 * What every map is drawn with: the land of the earth (Natural Earth, public domain), then what the page lays on it. Nothing
 * of it is asked of another host.
 */
export function mapStyle(dark: boolean): StyleSpecification {
  const empty = { type: 'geojson', data: nothing } as const;
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: landOfEarth() },
      footprints: empty,
      buildings: empty,
      compared: empty,
      reviewed: empty,
      chosen: empty,
      corner: empty,
      area: empty,
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': dark ? '#121b1e' : '#dde6e8' } },
      // Beside an image its coast would be a hundred kilometres off: from there the ground is plain.
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': dark ? '#26302d' : '#f4f3ee' }, maxzoom: 9 },
      {
        id: 'footprints',
        type: 'line',
        source: 'footprints',
        paint: { 'line-color': '#3c6e8f', 'line-width': 1.5, 'line-dasharray': [3, 2] },
      },
      ...bins.map(fillOf),
      ...bins.map(lineOf),
      ...comparedLayers,
      ...reviewedLayers,
      ...outlined('chosen', '#ffd43b'),
      ...outlined('area', '#1f6f5c'),
      {
        id: 'corner',
        type: 'circle',
        source: 'corner',
        paint: {
          'circle-radius': 8,
          'circle-color': '#ffd43b',
          'circle-stroke-color': '#1a2422',
          'circle-stroke-width': 2.5,
        },
      },
    ],
  };
}

/** A layer a bin: what it costs to hide one is a number that is told to the graphics card, however many buildings there are. */
function fillOf(bin: number): LayerSpecification {
  return {
    id: binLayers(bin).fill,
    type: 'fill',
    source: 'buildings',
    filter: filterOf(bin),
    paint: {
      'fill-color': binColour(bin),
      'fill-opacity': fillOpacity,
      'fill-opacity-transition': atOnce,
      'fill-antialias': false,
    },
  };
}

function lineOf(bin: number): LayerSpecification {
  return {
    id: binLayers(bin).line,
    type: 'line',
    source: 'buildings',
    filter: filterOf(bin),
    paint: { 'line-color': binColour(bin), 'line-width': 1.8, 'line-opacity-transition': atOnce },
  };
}

const atOnce = { duration: 0, delay: 0 };

function filterOf(bin: number): FilterSpecification {
  const confidence = ['get', 'confidence'];
  const from = ['>=', confidence, binFrom(bin)];
  const to = ['<', confidence, binFrom(bin + 1)];
  // The first and the last also hold what no confidence should be.
  const within = bin === 0 ? [to] : bin === binCount - 1 ? [from] : [from, to];
  return ['all', ...within] as unknown as FilterSpecification;
}

/** What was said of buildings: of what was rejected a shadow is left, what was fixed is drawn as it should be. */
const reviewedLayers: LayerSpecification[] = [
  {
    id: 'rejected',
    type: 'fill',
    source: 'reviewed',
    filter: ['==', ['get', 'verdict'], 'rejected'],
    paint: { 'fill-color': '#1a2422', 'fill-opacity': 0.65 },
  },
  {
    id: 'accepted',
    type: 'line',
    source: 'reviewed',
    filter: ['!=', ['get', 'verdict'], 'rejected'],
    paint: {
      'line-color': ['match', ['get', 'verdict'], 'fixed', '#c77dff', '#ffffff'],
      'line-width': ['match', ['get', 'verdict'], 'fixed', 3, 2.5],
    },
  },
];

/** What only the result has, and what only the layer has that it is compared with. */
const comparedLayers: LayerSpecification[] = [
  {
    id: 'compared-fill',
    type: 'fill',
    source: 'compared',
    filter: ['==', ['get', 'kind'], 'missing'],
    paint: { 'fill-color': comparedColours.missing, 'fill-opacity': 0.3 },
  },
  {
    id: 'compared',
    type: 'line',
    source: 'compared',
    paint: {
      'line-color': ['match', ['get', 'kind'], 'missing', comparedColours.missing, comparedColours.added],
      'line-width': 3,
    },
  },
];

/** The first layer of a result, and that before which the last of its layers lies: between them a swipe cuts. */
export const resultLayers = { first: 'fill-0', after: 'chosen-case' };

/** A line that is seen on every ground. */
function outlined(source: string, colour: string): LayerSpecification[] {
  return [
    {
      id: `${source}-case`,
      type: 'line',
      source,
      paint: { 'line-color': '#ffffff', 'line-width': 5, 'line-opacity': 0.8 },
    },
    { id: source, type: 'line', source, paint: { 'line-color': colour, 'line-width': 2.5 } },
  ];
}
