import { CairnError } from '@cairn/contracts';
import { MERCATOR_LATITUDE, tileRange, type Bbox, type Tile } from '@cairn/geo';

/** Tiles of one import: about 23 km² at zoom 19 on the equator, which a slow server answers in a quarter of an hour. */
export const mostTiles = 4_000;

/**
 * The tiles of an area, row by row from the north-west.
 * @throws CairnError `input-invalid` where they are too many, with the zoom that would do.
 */
export function tilesOf(bbox: Bbox, zoom: number): Tile[] {
  const count = countAt(bbox, zoom);
  if (count > mostTiles) {
    let enough = zoom - 1;
    while (countAt(bbox, enough) > mostTiles) enough -= 1;
    throw new CairnError('input-invalid', `The area has ${count} tiles at zoom ${zoom}; ${mostTiles} can be fetched.`, {
      where: '/inputs/template/zoom',
      action: `Take zoom ${enough}, at which there are ${countAt(bbox, enough)}, or add the area in parts.`,
    });
  }
  const { x0, y0, x1, y1 } = tileRange(bbox, zoom);
  const columns = x1 - x0;
  return Array.from({ length: columns * (y1 - y0) }, (_, at) => ({
    x: x0 + (at % columns),
    y: y0 + Math.floor(at / columns),
    z: zoom,
  }));
}

function countAt(bbox: Bbox, zoom: number): number {
  const { x0, y0, x1, y1 } = tileRange(bbox, zoom);
  return (x1 - x0) * (y1 - y0);
}

/**
 * Four numbers as west, south, east, north in degrees.
 * @param where names them in errors.
 * @throws CairnError `input-invalid` where they are no area of the web map.
 */
export function checkBbox(bbox: readonly number[], where = '/inputs/template/bbox'): Bbox {
  const [west = NaN, south = NaN, east = NaN, north = NaN] = bbox;
  const inside = west >= -180 && east <= 180 && south >= -MERCATOR_LATITUDE && north <= MERCATOR_LATITUDE;
  if (inside && west < east && south < north) return [west, south, east, north];
  throw new CairnError('input-invalid', `${bbox.join(', ')} is no area of the web map.`, {
    where,
    action:
      'Give west, south, east, north in degrees, west of east and south of north, between 85.05° south and north.',
  });
}
