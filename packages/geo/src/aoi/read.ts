import { AoiError } from './error.ts';

/** One polygon as it was given: degrees, longitude first, rings closed, with the place of each ring in the input. */
export interface GivenPolygon {
  readonly rings: readonly GivenRing[];
}

export interface GivenRing {
  /** JSON Pointer to the ring. */
  readonly path: string;
  readonly positions: readonly (readonly [x: number, y: number])[];
  /** Place of a position in the input. */
  placeOf(position: number): string;
}

const ASK_FOR_POLYGON = 'Draw the area as a polygon, or give a bbox: [west, south, east, north]';

/**
 * Reads the polygons of an area: GeoJSON (Polygon, MultiPolygon, or a Feature or FeatureCollection of these) or a bbox,
 * as text or parsed; a bbox also as `west,south,east,north`. Altitudes are dropped.
 * Throws an AoiError where there is no polygon, or something in the place of numbers.
 */
export function readPolygons(input: unknown): GivenPolygon[] {
  const json = typeof input === 'string' ? parsed(input) : input;
  if (Array.isArray(json)) return [bboxPolygon(json, '')];
  const polygons = polygonsOf(json, '', 0);
  if (polygons.length === 0) throw new AoiError('aoi-not-polygon', 'The area holds no polygon', '', ASK_FOR_POLYGON);
  return polygons;
}

function parsed(text: string): unknown {
  const trimmed = text.trim();
  const numbers = trimmed.split(',');
  if (numbers.length > 1 && numbers.every((part) => /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(part)))
    return numbers.map(Number);
  try {
    return JSON.parse(trimmed);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AoiError('aoi-invalid-json', `The area is no JSON: ${reason}`, '', ASK_FOR_POLYGON);
  }
}

function polygonsOf(json: unknown, path: string, depth: number): GivenPolygon[] {
  if (!isRecord(json) || depth > 2) {
    throw new AoiError('aoi-not-polygon', 'The area is no GeoJSON object', path, ASK_FOR_POLYGON);
  }
  refuseOtherCrs(json['crs'], path);
  const { type, coordinates } = json;
  switch (type) {
    case 'Polygon':
      return [polygon(coordinates, `${path}/coordinates`)];
    case 'MultiPolygon':
      return list(coordinates, `${path}/coordinates`).map((part, i) => polygon(part, `${path}/coordinates/${i}`));
    case 'Feature':
      return polygonsOf(json['geometry'], `${path}/geometry`, depth + 1);
    case 'FeatureCollection':
      return list(json['features'], `${path}/features`).flatMap((part, i) =>
        polygonsOf(part, `${path}/features/${i}`, depth + 1),
      );
    default: {
      const name = typeof type === 'string' ? type.slice(0, 40) : 'without a type';
      throw new AoiError(
        'aoi-not-polygon',
        `The area holds an object ${name}, which encloses nothing`,
        path,
        ASK_FOR_POLYGON,
      );
    }
  }
}

/** GeoJSON before RFC 7946 could name a system of its own. */
function refuseOtherCrs(crs: unknown, path: string): void {
  if (crs === undefined || crs === null) return;
  const text = JSON.stringify(crs);
  if (/CRS84|EPSG:{1,2}4326/.test(text)) return;
  throw new AoiError(
    'aoi-wrong-crs',
    `The area names another coordinate system: ${text.slice(0, 80)}`,
    `${path}/crs`,
    'Export it again as GeoJSON in EPSG:4326 (WGS 84), longitude before latitude',
  );
}

function polygon(json: unknown, path: string): GivenPolygon {
  const rings = list(json, path).map((ring, i) => {
    const ringPath = `${path}/${i}`;
    const positions = list(ring, ringPath).map((position, k): [number, number] => {
      const values = list(position, `${ringPath}/${k}`);
      const [x, y] = values;
      if (values.length < 2 || !isNumber(x) || !isNumber(y)) {
        throw notNumbers(`${ringPath}/${k}`, 'A position must be two numbers: longitude, latitude');
      }
      return [x, y];
    });
    return { path: ringPath, positions, placeOf: (position: number) => `${ringPath}/${position}` };
  });
  if (rings.length === 0) throw new AoiError('aoi-not-polygon', 'A polygon has no ring', path, ASK_FOR_POLYGON);
  return { rings };
}

function bboxPolygon(json: readonly unknown[], path: string): GivenPolygon {
  const [west, south, east, north] = json;
  if (json.length !== 4 || !isNumber(west) || !isNumber(south) || !isNumber(east) || !isNumber(north)) {
    throw notNumbers(path, 'A bbox must be four numbers: west, south, east, north');
  }
  if (west > east) {
    throw new AoiError(
      'aoi-antimeridian',
      `The bbox runs from ${west} to ${east} degrees east: across the antimeridian, or west and east are exchanged`,
      '/0',
      'Where it shall cross the antimeridian, cut it there into two polygons of one MultiPolygon (RFC 7946, 3.1.9)',
    );
  }
  if (south > north) {
    throw new AoiError(
      'aoi-coordinate-order',
      `The bbox has its south (${south}) north of its north (${north})`,
      '/1',
      'Give west, south, east, north, in degrees',
    );
  }
  // A point halfway keeps every edge of even the widest bbox shorter than half the globe.
  const middle = (west + east) / 2;
  const positions = [
    [west, south],
    [middle, south],
    [east, south],
    [east, north],
    [middle, north],
    [west, north],
    [west, south],
  ] as const;
  return { rings: [{ path, positions, placeOf: (position) => ([3, 4, 5].includes(position) ? '/3' : '/1') }] };
}

function list(json: unknown, path: string): unknown[] {
  if (Array.isArray(json)) return json;
  throw notNumbers(path, 'There must be a list here');
}

function notNumbers(path: string, what: string): AoiError {
  return new AoiError('aoi-invalid-coordinates', what, path, 'Check the file: was it cut short or changed by hand?');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
