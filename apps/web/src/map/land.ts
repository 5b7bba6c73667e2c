import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import land from 'world-atlas/land-110m.json';

/**
 * The land of the earth, in longitude and latitude. Its rings run on over the antimeridian, past 180 degrees, where those of the
 * source jump to the other side: a map of a plane would draw the jump as a line through everything.
 */
export function landOfEarth(): GeoJSON.FeatureCollection {
  const topology = land as unknown as Topology<{ land: GeometryCollection }>;
  const { features } = feature(topology, topology.objects.land) as GeoJSON.FeatureCollection;
  return {
    type: 'FeatureCollection',
    features: features.map((one) => ({ ...one, geometry: unwrapped(one.geometry) })),
  };
}

function unwrapped(geometry: GeoJSON.Geometry): GeoJSON.Geometry {
  if (geometry.type === 'Polygon') return { ...geometry, coordinates: geometry.coordinates.map(ringOn) };
  if (geometry.type !== 'MultiPolygon') return geometry;
  return { ...geometry, coordinates: geometry.coordinates.map((rings) => rings.map(ringOn)) };
}

function ringOn(ring: GeoJSON.Position[]): GeoJSON.Position[] {
  let turns = 0;
  let before = ring[0]?.[0] ?? 0;
  const on = ring.map(([lon = 0, lat = 0]) => {
    if (lon - before > 180) turns -= 360;
    if (lon - before < -180) turns += 360;
    before = lon;
    return [lon + turns, lat];
  });
  const [first, last] = [on[0], on.at(-1)];
  // Around a pole the ring does not come back to where it began: it is closed over the pole.
  const closed = turns === 0 || !first || !last ? on : [...on, [last[0]!, -90], [first[0]!, -90], first];
  const lons = closed.map(([lon = 0]) => lon);
  const shift = 360 * Math.round((Math.min(...lons) + Math.max(...lons)) / 720);
  return closed.map(([lon = 0, lat = 0]) => [lon - shift, lat]);
}
