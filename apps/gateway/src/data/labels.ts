import { boxOf, type Box, normalRings, polygonFault, unitsOf } from '@cairn/geo';
import { invalidDataset } from './fault.ts';
import type { Findings } from './findings.ts';

/** The file of the outlines in a dataset. */
export const labelsFile = 'labels.geojson';

/** One polygon of the labels: rings of 1e-7 degree, the outer one first, normalised, and the box around it. */
export interface Outline {
  /** The feature in its file, with its id where it has one. */
  name: string;
  /** The id by which its maker knows the feature: GeoJSON's own, or OpenStreetMap's. */
  id?: string;
  rings: number[][];
  box: Box;
}

/**
 * Reads the labels of a dataset: a GeoJSON FeatureCollection of polygons in EPSG:4326. Outlines that cross themselves are
 * let through with a warning, since maps are full of them and packages mend them; outlines that come twice are not.
 * @param findings gets the faults of single features; those of the file as a whole are thrown.
 * @throws CairnError `dataset-invalid`; `where` is a JSON pointer into the file.
 */
export function readLabels(bytes: Uint8Array, findings: Findings): Outline[] {
  const collection = parse(bytes);
  if (!isObject(collection) || collection['type'] !== 'FeatureCollection' || !Array.isArray(collection['features'])) {
    throw fault('is not a GeoJSON FeatureCollection', '', 'Export the outlines as GeoJSON.');
  }
  refuseOtherCrs(collection['crs']);
  const features = collection['features'] as unknown[];
  if (features.length === 0) {
    throw fault('holds no outline, so there is nothing to learn from', '/features', 'Add the buildings of the chips.');
  }
  const seen = new Map<string, number>();
  return features.flatMap(
    (feature, index) => findings.attempt(() => readFeature(feature, index, seen, findings)) ?? [],
  );
}

function readFeature(feature: unknown, index: number, seen: Map<string, number>, findings: Findings): Outline[] {
  const path = `/features/${index}`;
  const rings = polygonsOf(isObject(feature) ? feature['geometry'] : undefined, `${path}/geometry`);
  const key = JSON.stringify(rings);
  const twin = seen.get(key);
  if (twin !== undefined) {
    throw fault(`holds the outline of feature ${twin} a second time`, path, 'Remove one of the two.');
  }
  seen.set(key, index);
  const id = idOf(feature);
  const name = `${labelsFile}#${path}${id === undefined ? '' : ` (${id})`}`;
  if (rings.some((polygon) => polygonFault(polygon) !== undefined)) findings.warn('outline-crossing', name);
  const known = id === undefined ? { name } : { name, id };
  return rings.map((polygon) => ({ ...known, rings: polygon, box: boxOf(polygon.slice(0, 1)) }));
}

function idOf(feature: unknown): string | undefined {
  const { id, properties } = feature as { id?: unknown; properties?: unknown };
  const own = isObject(properties) ? properties : {};
  const known = [id, own['osm_id'], own['id']].find((value) => typeof value === 'string' || typeof value === 'number');
  if (known === undefined) return undefined;
  // Ways and relations are numbered apart.
  const type = known === own['osm_id'] && typeof own['osm_type'] === 'string' ? `${own['osm_type']}/` : '';
  return `${type}${known}`.slice(0, 80);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw fault(`is not JSON: ${(cause as Error).message}`, '', 'Export the outlines again as GeoJSON.', cause);
  }
}

/** GeoJSON before RFC 7946 could name a coordinate reference system of its own. */
function refuseOtherCrs(crs: unknown): void {
  if (crs === undefined || crs === null || /CRS84|EPSG:{1,2}4326/.test(JSON.stringify(crs))) return;
  throw fault('names another coordinate reference system', '/crs', toWgs84);
}

function polygonsOf(geometry: unknown, path: string): number[][][] {
  if (isObject(geometry) && geometry['type'] === 'Polygon') {
    return [polygon(geometry['coordinates'], `${path}/coordinates`)];
  }
  if (isObject(geometry) && geometry['type'] === 'MultiPolygon') {
    const parts = list(geometry['coordinates'], `${path}/coordinates`);
    return parts.map((part, index) => polygon(part, `${path}/coordinates/${index}`));
  }
  const type = isObject(geometry) && typeof geometry['type'] === 'string' ? geometry['type'].slice(0, 40) : 'nothing';
  throw fault(`holds ${type} where a polygon belongs`, path, 'Keep the outlines only: Polygon or MultiPolygon.');
}

function polygon(value: unknown, path: string): number[][] {
  return normalRings(list(value, path).map((ring, index) => readRing(ring, `${path}/${index}`)));
}

function readRing(value: unknown, path: string): number[] {
  const positions = list(value, path).map((position, index) => readPosition(position, `${path}/${index}`));
  const [first, last] = [positions[0], positions.at(-1)];
  if (positions.length < 4 || first === undefined || first[0] !== last?.[0] || first[1] !== last[1]) {
    throw fault(
      'holds a ring that is not closed',
      path,
      'A ring has four positions or more, the last equal to the first.',
    );
  }
  return positions.slice(0, -1).flatMap(([lon, lat]) => [unitsOf(lon), unitsOf(lat)]);
}

function readPosition(value: unknown, path: string): [lon: number, lat: number] {
  const [lon, lat] = list(value, path);
  if (typeof lon !== 'number' || typeof lat !== 'number' || !Number.isFinite(lon) || !Number.isFinite(lat)) {
    throw fault('holds something that is no position', path, 'A position is two numbers: longitude, latitude.');
  }
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
    throw fault(`holds ${lon}, ${lat}, which is no longitude and latitude in degrees`, path, toWgs84);
  }
  return [lon, lat];
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw fault('lacks a list', path, 'Export the outlines again as GeoJSON.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const toWgs84 = 'Export the outlines again in EPSG:4326 (WGS 84), longitude before latitude.';

function fault(what: string, pointer: string, action: string, cause?: unknown): Error {
  return invalidDataset(`${labelsFile} ${what}.`, `${labelsFile}#${pointer}`, action, cause);
}
