import type { DataDrivenPropertyValueSpecification, StyleSpecification } from 'maplibre-gl';
import { confidenceSteps } from './confidence.ts';
import { landOfEarth } from './land.ts';

/** The layer below which imagery lies. */
export const aboveImagery = 'footprints';

/** A collection without anything in it. */
export const nothing: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/**
 * What every map is drawn with: the land of the earth (Natural Earth, public domain), then what the page lays on it. Nothing
 * of it is asked of another host.
 */
export function mapStyle(dark: boolean): StyleSpecification {
  const [first, ...rest] = confidenceSteps;
  const steps = rest.flatMap(({ from, colour }) => [from, colour]);
  const confidence = [
    'step',
    ['get', 'confidence'],
    first.colour,
    ...steps,
  ] as unknown as DataDrivenPropertyValueSpecification<string>;
  const empty = { type: 'geojson', data: nothing } as const;
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: landOfEarth() },
      footprints: empty,
      // Ids of content are no numbers, which is what tiles hold: the position in the list stands in for them.
      buildings: { type: 'geojson', data: nothing, generateId: true },
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
      { id: 'fill', type: 'fill', source: 'buildings', paint: { 'fill-color': confidence, 'fill-opacity': 0.28 } },
      { id: 'line', type: 'line', source: 'buildings', paint: { 'line-color': confidence, 'line-width': 1.8 } },
      {
        id: 'area-case',
        type: 'line',
        source: 'area',
        paint: { 'line-color': '#ffffff', 'line-width': 5, 'line-opacity': 0.8 },
      },
      { id: 'area', type: 'line', source: 'area', paint: { 'line-color': '#1f6f5c', 'line-width': 2.5 } },
    ],
  };
}
