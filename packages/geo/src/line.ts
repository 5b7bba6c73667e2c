import type { Ring } from './ring.ts';

/** A straight line: a point on it and its direction, of length 1. */
export interface Line {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * The line of least squared distance to a stretch of an outline, each edge weighing its length, in the outline's
 * direction. It runs through the middle of a staircase. Only + − × ÷ and square roots: the same bits on every machine.
 *
 * @param ring flat x, y
 * @param from offset of the stretch's first point
 * @param to offset of its last point, another one
 */
export function fittedLine(ring: Ring, from: number, to: number): Line {
  let [weight, sumX, sumY, sumXX, sumXY, sumYY] = [0, 0, 0, 0, 0, 0];
  for (let i = from; i !== to; i = (i + 2) % ring.length) {
    const next = (i + 2) % ring.length;
    const [ax, ay, bx, by] = [ring[i] ?? 0, ring[i + 1] ?? 0, ring[next] ?? 0, ring[next + 1] ?? 0];
    const [x, y, ex, ey] = [(ax + bx) / 2, (ay + by) / 2, bx - ax, by - ay];
    const length = Math.sqrt(ex * ex + ey * ey);
    weight += length;
    sumX += length * x;
    sumY += length * y;
    sumXX += length * (x * x + (ex * ex) / 12);
    sumXY += length * (x * y + (ex * ey) / 12);
    sumYY += length * (y * y + (ey * ey) / 12);
  }
  const [x, y] = [sumX / weight, sumY / weight];
  const [chordX, chordY] = [(ring[to] ?? 0) - (ring[from] ?? 0), (ring[to + 1] ?? 0) - (ring[from + 1] ?? 0)];
  // The main axis of the spread: the eigenvector of its larger eigenvalue.
  const [xx, xy, yy] = [sumXX / weight - x * x, sumXY / weight - x * y, sumYY / weight - y * y];
  const root = Math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy);
  let [dx, dy] = xx >= yy ? [xx - yy + root, 2 * xy] : [2 * xy, yy - xx + root];
  if (root === 0) [dx, dy] = [chordX, chordY];
  const length = Math.sqrt(dx * dx + dy * dy) * (dx * chordX + dy * chordY < 0 ? -1 : 1);
  return { x, y, dx: dx / length, dy: dy / length };
}

/** Sine of the angle by which the way turns from one line into the other. */
export function turnOf(before: Line, after: Line): number {
  return before.dx * after.dy - before.dy * after.dx;
}

/** Where two lines meet that are not parallel. */
export function crossing(before: Line, after: Line): [x: number, y: number] {
  const along = ((after.x - before.x) * after.dy - (after.y - before.y) * after.dx) / turnOf(before, after);
  return [before.x + along * before.dx, before.y + along * before.dy];
}

/** The point of a line that is closest to (x, y). */
export function foot(line: Line, x: number, y: number): [x: number, y: number] {
  const along = (x - line.x) * line.dx + (y - line.y) * line.dy;
  return [line.x + along * line.dx, line.y + along * line.dy];
}
