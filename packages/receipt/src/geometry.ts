import { ReceiptError } from './error.ts';
import { isObject, member } from './json.ts';
import { comparePlaceLists, normaliseRing, type Place } from './ring.ts';

/** A geometry in its one form: whole numbers of 1e-7 degree (WGS 84, longitude first). */
export interface NormalGeometry {
  readonly type: string;
  readonly coordinates: Place | readonly Place[] | readonly (readonly Place[])[] | readonly Place[][][];
}

const UNITS_PER_DEGREE = 1e7;

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new ReceiptError(`${where} is not a list with members.`);
  return value;
}

function wholeNumber(value: unknown, limit: number, where: string): number {
  if (typeof value !== 'number' || !(Math.abs(value) <= limit)) {
    throw new ReceiptError(`${where} is not a number of degrees from -${limit} to ${limit}.`);
  }
  // Adding zero turns -0 into 0.
  return Math.round(value * UNITS_PER_DEGREE) + 0;
}

function place(value: unknown, where: string): Place {
  const numbers = list(value, where);
  if (numbers.length !== 2) throw new ReceiptError(`${where} is not longitude and latitude alone.`);
  return [wholeNumber(numbers[0], 180, `${where}/0`), wholeNumber(numbers[1], 90, `${where}/1`)];
}

function places(value: unknown, where: string): Place[] {
  return list(value, where).map((inner, index) => place(inner, `${where}/${index}`));
}

function ring(value: unknown, isOuter: boolean, where: string): Place[] {
  const open = places(value, where);
  const last = open.pop();
  const first = open[0];
  if (!first || !last || open.length < 3 || first[0] !== last[0] || first[1] !== last[1]) {
    throw new ReceiptError(`${where} is not a closed ring of four places or more.`);
  }
  return normaliseRing(open, isOuter);
}

function polygon(value: unknown, where: string): Place[][] {
  const [outer, ...holes] = list(value, where).map((inner, index) => ring(inner, index === 0, `${where}/${index}`));
  return [outer as Place[], ...holes.sort(comparePlaceLists)];
}

function comparePolygons(a: readonly Place[][], b: readonly Place[][]): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const order = comparePlaceLists(a[at] as Place[], b[at] as Place[]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * A GeoJSON geometry in its one form, so that equal shapes have equal digests however a program wrote them: places as
 * whole numbers of 1e-7 degree, outer rings counter-clockwise and holes clockwise, each ring from its smallest place on,
 * holes and polygons sorted. Lines and points keep their order. Throws ReceiptError, with the path, for coordinates that
 * are not degrees, carry a height, or do not close, and for a geometry collection.
 */
export function normaliseGeometry(geometry: unknown): NormalGeometry {
  if (!isObject(geometry)) throw new ReceiptError('The geometry is not a JSON object.');
  const type = member(geometry, 'type');
  const coordinates = member(geometry, 'coordinates');
  const where = '/geometry/coordinates';
  switch (type) {
    case 'Polygon':
      return { type, coordinates: polygon(coordinates, where) };
    case 'MultiPolygon':
      return {
        type,
        coordinates: list(coordinates, where)
          .map((inner, index) => polygon(inner, `${where}/${index}`))
          .sort(comparePolygons),
      };
    case 'LineString':
    case 'MultiPoint':
      return { type, coordinates: places(coordinates, where) };
    case 'MultiLineString':
      return { type, coordinates: list(coordinates, where).map((inner, at) => places(inner, `${where}/${at}`)) };
    case 'Point':
      return { type, coordinates: place(coordinates, where) };
    default:
      throw new ReceiptError('The geometry is neither a point, a line, a polygon nor several of them.');
  }
}
