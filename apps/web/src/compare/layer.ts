import { osmBuildings, OsmReader } from '@cairn/export/osm';
import { degreesOf, normalRings, ringsOfCoordinates } from '@cairn/geo/polygons';

/** A thing of a layer: its polygons, each an outer ring and its holes, in 1e-7 degree, normalised (RFC 7946). */
export type LayerShape = number[][][];

/**
 * Reads the polygons of a layer: GeoJSON, or an extract of OpenStreetMap as OSM XML, of which its buildings are taken.
 * @throws OsmError, SyntaxError or RangeError, where it is neither
 */
export function readLayer(text: string): LayerShape[] {
  if (/^\ufeff?\s*</.test(text)) {
    const reader = new OsmReader();
    reader.write(text);
    return osmBuildings(reader.close()).map(({ polygons }) => polygons.map((polygon) => normalRings(polygon)));
  }
  return shapesOf(JSON.parse(text));
}

/** The coordinates of a shape, for a map. */
export function geometryOf(shape: LayerShape): GeoJSON.MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: shape.map((polygon) =>
      polygon.map((ring) => {
        const positions: [number, number][] = [];
        for (let i = 0; i < ring.length; i += 2) positions.push([degreesOf(ring[i]!), degreesOf(ring[i + 1]!)]);
        return [...positions, positions[0]!];
      }),
    ),
  };
}

function shapesOf(value: unknown): LayerShape[] {
  const { type, features, geometry, geometries, coordinates } = (value ?? {}) as Record<string, unknown>;
  if (type === 'FeatureCollection' && Array.isArray(features)) return features.flatMap(shapesOf);
  if (type === 'Feature') return geometry === null ? [] : shapesOf(geometry);
  if (type === 'GeometryCollection' && Array.isArray(geometries)) return geometries.flatMap(shapesOf);
  if (type === 'Polygon') return shapeOf([coordinates]);
  if (type === 'MultiPolygon' && Array.isArray(coordinates)) return shapeOf(coordinates);
  if (type === 'Point' || type === 'MultiPoint' || type === 'LineString' || type === 'MultiLineString') return [];
  throw new RangeError('it is not GeoJSON');
}

function shapeOf(polygons: readonly unknown[]): LayerShape[] {
  const shape = polygons.flatMap((polygon) => {
    const rings = normalRings(ringsOfCoordinates(polygon as number[][][]));
    if (!rings.flat().every(Number.isFinite))
      throw new RangeError('it has a position that is no longitude and latitude');
    return rings.length > 0 && rings[0]!.length >= 6 ? [rings] : [];
  });
  return shape.length === 0 ? [] : [shape];
}
