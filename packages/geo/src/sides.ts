import { breakpoints } from './breaks.ts';
import { crossing, fittedLine, foot, turnOf, type Line } from './line.ts';
import type { Ring } from './ring.ts';

/** A side of an outline: its line, and the pixel corners where its stretch of the outline begins and ends. */
export interface StraightSide {
  readonly line: Line;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/**
 * Fits straight sides to an outline of pixel edges.
 *
 * A side is the line of least squared distance to all of the outline between two breaks. Short sides that only cut off a
 * corner, as blurred masks have them, give way to the corner.
 *
 * @param ring integer pixel corners relative to the first of them, the smallest point, so that the place in the raster
 * changes no bit
 * @param tolerance in pixels
 */
export function straightSides(ring: Ring, tolerance: number): StraightSide[] {
  const breaks = breakpoints(ring, tolerance);
  return withoutCutCorners(
    breaks.map((from, i) => sideBetween(ring, from, breaks[(i + 1) % breaks.length] ?? 0)),
    tolerance,
  );
}

/** The corners where sides meet, in pixels, not rounded; fewer than three where nothing is left. */
export function cornersOf(sides: readonly StraightSide[], tolerance: number): number[] {
  return sides.flatMap((after, i) => corner(sides.at(i - 1) ?? after, after, tolerance));
}

function sideBetween(ring: Ring, from: number, to: number): StraightSide {
  return {
    line: fittedLine(ring, from, to),
    fromX: ring[from] ?? 0,
    fromY: ring[from + 1] ?? 0,
    toX: ring[to] ?? 0,
    toY: ring[to + 1] ?? 0,
  };
}

/** Leaves out each short side of which the longer neighbours meet close by, at an angle of more than 30 degrees. */
function withoutCutCorners(sides: readonly StraightSide[], tolerance: number): StraightSide[] {
  const kept = [...sides];
  for (let i = 0; i < kept.length && kept.length > 3; i++) {
    const [before, side, after] = [kept.at(i - 1), kept[i], kept[(i + 1) % kept.length]];
    if (!before || !side || !after) break;
    const length2 = lengthOf2(side);
    if (length2 > 4 * tolerance * tolerance || length2 >= Math.min(lengthOf2(before), lengthOf2(after))) continue;
    if (Math.abs(turnOf(before.line, after.line)) < 0.5 || !meetsNear(before, after, tolerance)) continue;
    kept.splice(i, 1);
    i -= 1;
  }
  return kept;
}

/** Where two sides meet; if near parallel, or meeting far off: the end between them, moved onto both as well as can be. */
export function corner(before: StraightSide, after: StraightSide, tolerance: number): [number, number] {
  // Below about 11 degrees the meeting point of two sides moves wildly with their least change.
  if (Math.abs(turnOf(before.line, after.line)) > 0.2 && meetsNear(before, after, tolerance)) {
    return crossing(before.line, after.line);
  }
  const [x, y] = between(before, after);
  const [ax, ay] = foot(before.line, x, y);
  const [bx, by] = foot(after.line, x, y);
  return [(ax + bx) / 2, (ay + by) / 2];
}

/** Whether two sides meet close to where they end. */
export function meetsNear(before: StraightSide, after: StraightSide, tolerance: number): boolean {
  const [x, y] = crossing(before.line, after.line);
  const [nearX, nearY] = between(before, after);
  return (x - nearX) * (x - nearX) + (y - nearY) * (y - nearY) <= 4 * tolerance * tolerance;
}

/** Halfway from the end of one side to the begin of the other. */
export function between(before: StraightSide, after: StraightSide): [number, number] {
  return [(before.toX + after.fromX) / 2, (before.toY + after.fromY) / 2];
}

/** Squared distance from where a side's stretch begins to where it ends. */
export function lengthOf2({ fromX, fromY, toX, toY }: StraightSide): number {
  return (toX - fromX) * (toX - fromX) + (toY - fromY) * (toY - fromY);
}
