import { fittedLine, type Line } from './line.ts';
import type { Ring } from './ring.ts';

/**
 * Where an outline is broken into sides: offsets into the ring, in its order, at least two.
 *
 * First by Douglas and Peucker (1973) between the two points that are farthest out. Their chords end on corners of the
 * staircase and so break some straight sides in two: a break is taken back, least loss first, while the outline on both
 * sides of it keeps within the tolerance of one fitted line.
 *
 * @param ring integer pixel corners, begun at the smallest point
 * @param tolerance in pixels
 */
export function breakpoints(ring: Ring, tolerance: number): number[] {
  const limit2 = tolerance * tolerance;
  const first = farthest(ring, ...centre(ring));
  const second = farthest(ring, ring[first] ?? 0, ring[first + 1] ?? 0);
  const kept = new Set([first, second]);
  const open: [number, number][] = [
    [first, second],
    [second, first],
  ];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const worst = worstOffChord(ring, from, to);
    if (worst.distance2 <= limit2) continue;
    kept.add(worst.at);
    open.push([from, worst.at], [worst.at, to]);
  }
  return mergedSides(
    ring,
    [...kept].sort((a, b) => a - b),
    limit2,
  );
}

function mergedSides(ring: Ring, breaks: number[], limit2: number): number[] {
  const around = (i: number): number => (i + breaks.length) % breaks.length;
  const loss = (i: number): number => {
    const [from, to] = [breaks[around(i - 1)] ?? 0, breaks[around(i + 1)] ?? 0];
    return worstOffLine(ring, from, to, fittedLine(ring, from, to));
  };
  const losses = breaks.map((_, i) => loss(i));
  while (breaks.length > 3) {
    const least = losses.reduce((best, value, i) => (value < (losses[best] ?? 0) ? i : best), 0);
    if ((losses[least] ?? Infinity) > limit2) break;
    breaks.splice(least, 1);
    losses.splice(least, 1);
    for (const i of [around(least - 1), around(least)]) losses[i] = loss(i);
  }
  return breaks;
}

/** The point between two breaks that lies farthest from the straight way between them; of equals, the first. */
function worstOffChord(ring: Ring, from: number, to: number): { at: number; distance2: number } {
  const [ax, ay] = [ring[from] ?? 0, ring[from + 1] ?? 0];
  const [dx, dy] = [(ring[to] ?? 0) - ax, (ring[to + 1] ?? 0) - ay];
  const length2 = dx * dx + dy * dy;
  let worst = { at: from, distance2: 0 };
  for (let i = (from + 2) % ring.length; i !== to; i = (i + 2) % ring.length) {
    const [px, py] = [(ring[i] ?? 0) - ax, (ring[i + 1] ?? 0) - ay];
    const along = length2 === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
    const [ex, ey] = [px - along * dx, py - along * dy];
    const distance2 = ex * ex + ey * ey;
    if (distance2 > worst.distance2) worst = { at: i, distance2 };
  }
  return worst;
}

/** The greatest squared distance from a line of the points from one break to another, both included. */
function worstOffLine(ring: Ring, from: number, to: number, line: Line): number {
  let worst = 0;
  for (let i = from; ; i = (i + 2) % ring.length) {
    const distance = ((ring[i] ?? 0) - line.x) * line.dy - ((ring[i + 1] ?? 0) - line.y) * line.dx;
    worst = Math.max(worst, distance * distance);
    if (i === to) return worst;
  }
}

/** The centre of the ring's area. */
function centre(ring: Ring): [number, number] {
  let [area, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < ring.length; i += 2) {
    const [ax, ay] = [ring[i] ?? 0, ring[i + 1] ?? 0];
    const [bx, by] = [ring[(i + 2) % ring.length] ?? 0, ring[(i + 3) % ring.length] ?? 0];
    const cross = ax * by - bx * ay;
    area += cross;
    sumX += (ax + bx) * cross;
    sumY += (ay + by) * cross;
  }
  return [sumX / (3 * area), sumY / (3 * area)];
}

/** Offset of the ring's point farthest from (x, y); of equals, the first. */
function farthest(ring: Ring, x: number, y: number): number {
  let [best, best2] = [0, -1];
  for (let i = 0; i < ring.length; i += 2) {
    const [dx, dy] = [(ring[i] ?? 0) - x, (ring[i + 1] ?? 0) - y];
    const distance2 = dx * dx + dy * dy;
    if (distance2 > best2) [best, best2] = [i, distance2];
  }
  return best;
}
