import { boxOf, type Rings } from './ring.ts';

/**
 * A point inside a polygon of whole pixels, the same whatever area was asked for: the middle of the widest stretch in
 * the pixel row at half the polygon's height. Of equal stretches the leftmost is taken.
 *
 * It decides whether a building belongs to an area of interest, so that buildings are never cut and two adjoining areas
 * never share one.
 *
 * @param rings as `trace` gives them
 * @returns x, y in grid pixels; y is the middle of a row, so the point never lies on an edge
 * Throws a RangeError for a polygon without pixels.
 */
export function interiorPoint(rings: Rings): [x: number, y: number] {
  const { y0, y1 } = boxOf(rings.slice(0, 1));
  const row = Math.floor((y0 + y1) / 2);
  const crossings: number[] = [];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const from = ring[i + 1] ?? 0;
      const to = ring[(i + 3) % ring.length] ?? 0;
      if (from <= row !== to <= row) crossings.push(ring[i] ?? 0);
    }
  }
  crossings.sort((a, b) => a - b);
  let [middle, widest] = [0, 0];
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [left, right] = [crossings[i] ?? 0, crossings[i + 1] ?? 0];
    if (right - left > widest) [middle, widest] = [(left + right) / 2, right - left];
  }
  if (widest === 0) throw new RangeError('a polygon without pixels has no point inside');
  return [middle, row + 0.5];
}
