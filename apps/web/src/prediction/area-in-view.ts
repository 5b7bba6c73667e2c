import { normalRings, ringsOfCoordinates, sharedArea, signedArea2 } from '@cairn/geo/polygons';
import type { Bbox } from '../gateway.ts';
import type { AreaGeometry } from '../predict/area.ts';

/** Which share of an area a view holds, 0..1; for the scale of cities, on which a degree is the same length everywhere. */
export function shareInView({ type, coordinates }: AreaGeometry, [west, south, east, north]: Bbox): number {
  const polygons = type === 'Polygon' ? [coordinates] : coordinates;
  const rings = polygons.flatMap((polygon) => normalRings(ringsOfCoordinates(polygon)));
  const all = rings.reduce((sum, ring) => sum + signedArea2(ring) / 2, 0);
  if (!(all > 0)) return 1;
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
  return Math.min(1, sharedArea(rings, ringsOfCoordinates([corners])) / all);
}
