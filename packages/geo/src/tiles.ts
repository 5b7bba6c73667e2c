import type { Bbox } from './rfc7946.ts';
import type { Box } from './ring.ts';

/** A tile of the web map grid (XYZ): column from the west, row from the north. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Half the width of the web Mercator square in metres: π times the equatorial radius of WGS 84. */
export const MERCATOR_HALF = Math.PI * 6378137;

/** Latitude in degrees at which the web Mercator square ends. */
export const MERCATOR_LATITUDE = (360 / Math.PI) * Math.atan(Math.exp(Math.PI)) - 90;

/** Bounds of a tile in EPSG:3857, metres. Throws a RangeError for a tile that the grid does not have. */
export function mercatorBounds(tile: Tile): Box {
  const { x, y } = checked(tile);
  const size = (2 * MERCATOR_HALF) / 2 ** tile.z;
  return {
    x0: x * size - MERCATOR_HALF,
    y0: MERCATOR_HALF - (y + 1) * size,
    x1: (x + 1) * size - MERCATOR_HALF,
    y1: MERCATOR_HALF - y * size,
  };
}

/** Bounds of a tile in degrees. Throws a RangeError for a tile that the grid does not have. */
export function tileBounds(tile: Tile): Bbox {
  const { x, y, z } = checked(tile);
  return [lonOf(x, z), latOf(y + 1, z), lonOf(x + 1, z), latOf(y, z)];
}

/** The tile that holds a point; beyond the square's edge, the nearest. */
export function tileAt(lon: number, lat: number, z: number): Tile {
  const { x, y } = inTiles(lon, lat, z);
  return { x: clamp(Math.floor(x), z), y: clamp(Math.floor(y), z), z };
}

/** The tiles that a bbox meets, as a half-open range of columns and rows: x0 <= x < x1, y0 <= y < y1. */
export function tileRange([west, south, east, north]: Bbox, z: number): Box {
  const first = inTiles(west, north, z);
  const last = inTiles(east, south, z);
  // A bbox that ends on a tile's edge does not meet the next tile; a millionth of a tile allows for rounding.
  const x0 = clamp(Math.floor(first.x + 1e-6), z);
  const y0 = clamp(Math.floor(first.y + 1e-6), z);
  const x1 = clamp(Math.ceil(last.x - 1e-6) - 1, z) + 1;
  const y1 = clamp(Math.ceil(last.y - 1e-6) - 1, z) + 1;
  return { x0, y0, x1: Math.max(x1, x0 + 1), y1: Math.max(y1, y0 + 1) };
}

/** A chip's file name taken apart. */
export interface ChipName extends Tile {
  readonly prefix: string;
  readonly extension: string;
}

/**
 * Takes apart `PREFIX-{x}-{y}-{z}.ext`, the name that fAIr and OpenAerialMap tools give to chips; undefined where a name is
 * of another form or names a tile that the grid does not have.
 */
export function chipName(name: string): ChipName | undefined {
  const parts = /^(.+)-(\d{1,9})-(\d{1,9})-(\d{1,2})\.([A-Za-z0-9]+)$/.exec(name);
  if (!parts) return undefined;
  const [, prefix = '', x, y, z, extension = ''] = parts;
  const tile = { x: Number(x), y: Number(y), z: Number(z) };
  return exists(tile) ? { prefix, ...tile, extension } : undefined;
}

function lonOf(x: number, z: number): number {
  return (x / 2 ** z) * 360 - 180;
}

function latOf(y: number, z: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;
}

/** Column and row with fractions. */
function inTiles(lon: number, lat: number, z: number): { x: number; y: number } {
  const count = 2 ** z;
  const within = Math.max(-MERCATOR_LATITUDE, Math.min(MERCATOR_LATITUDE, lat));
  const northing = Math.asinh(Math.tan((within * Math.PI) / 180));
  return { x: ((lon + 180) / 360) * count, y: ((1 - northing / Math.PI) / 2) * count };
}

function clamp(index: number, z: number): number {
  return Math.min(2 ** z - 1, Math.max(0, index));
}

function exists({ x, y, z }: Tile): boolean {
  const count = 2 ** z;
  return [x, y, z].every((value) => Number.isInteger(value) && value >= 0) && z <= 30 && x < count && y < count;
}

function checked(tile: Tile): Tile {
  if (exists(tile)) return tile;
  throw new RangeError(
    `there is no tile ${tile.z}/${tile.x}/${tile.y}: columns and rows of zoom z run from 0 to 2^z − 1, z from 0 to 30`,
  );
}
