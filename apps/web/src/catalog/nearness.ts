import type { Bbox } from '../gateway.ts';

const kmOfDegree = 111.2;

/** About how many kilometres lie between two boxes; 0 where they meet. Good enough to sort by, not to measure with. */
export function kmBetween(a: Bbox, b: Bbox): number {
  const dLat = gap(a[1], a[3], b[1], b[3]);
  // Also over the antimeridian.
  const dLon = Math.min(...[-360, 0, 360].map((turn) => gap(a[0], a[2], b[0] + turn, b[2] + turn)));
  const lat = (a[1] + a[3] + b[1] + b[3]) / 4;
  return Math.hypot(dLat, dLon * Math.cos((lat * Math.PI) / 180)) * kmOfDegree;
}

/** Whether two boxes share ground. */
export function meet(a: Bbox, b: Bbox): boolean {
  return gap(a[0], a[2], b[0], b[2]) === 0 && gap(a[1], a[3], b[1], b[3]) === 0;
}

/** The middle of a box, as longitude and latitude. */
export function middleOf([west, south, east, north]: Bbox): [number, number] {
  return [(west + east) / 2, (south + north) / 2];
}

function gap(low: number, high: number, otherLow: number, otherHigh: number): number {
  return Math.max(0, otherLow - high, low - otherHigh);
}
