import type { Bbox } from '../gateway.ts';

/** Length of a pixel of the web's map tiles at zoom 0 on the equator, in metres, for tiles of 256 pixels. */
const equatorPixel = 156_543.034;

/** The zoom whose pixels come nearest to a length on the ground, at a latitude in degrees. */
export function zoomFor(metresAPixel: number, latitude: number): number {
  const pixel = equatorPixel * Math.cos((latitude * Math.PI) / 180);
  return Math.min(23, Math.max(0, Math.round(Math.log2(pixel / metresAPixel))));
}

/** How many map tiles a box meets at a zoom. */
export function tilesIn([west, south, east, north]: Bbox, zoom: number): number {
  const columns = columnOf(east, zoom) - columnOf(west, zoom) + 1;
  const rows = rowOf(south, zoom) - rowOf(north, zoom) + 1;
  return Math.max(0, columns * rows);
}

function columnOf(longitude: number, zoom: number): number {
  return Math.floor(((longitude + 180) / 360) * 2 ** zoom);
}

function rowOf(latitude: number, zoom: number): number {
  const radians = (latitude * Math.PI) / 180;
  return Math.floor(((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * 2 ** zoom);
}
