import { turnOf, type Line } from './line.ts';
import { lengthOf2, type StraightSide } from './sides.ts';

/** A direction of length 1 that stands for itself and for all that are at right angles to it. */
export interface Axis {
  readonly dx: number;
  readonly dy: number;
}

/** Sine of the greatest angle by which any side is turned, however short: 15 degrees. */
const MOST = 0.2588;

/** So many of the longest sides are tried as axes: outlines may have thousands of sides. */
const MOST_TRIED = 64;

/** An axis holds at least this part of an outline's length … */
const LEAST_OF_ONE = 0.15;

/** … and all axes of an outline this: else it is round, or skewed, and its right angles are chance. */
const LEAST_OF_ALL = 0.6;

/** Length in tolerances of what may stand where a corner was: 2 m at 0.3 m a pixel. */
const LOST_CORNER = 5;

/**
 * The axes of a building: the directions in which its outline means to run, each with sides at a right angle to each
 * other that follow one another. Most buildings have one; rows of houses that touch, more. The one of most length comes
 * first. None where too little of the outline lies on any: a round or skewed building.
 *
 * @param rings the sides of each ring, in the order of the outline
 * @param tolerance see `liesOn`
 */
export function axesOf(rings: readonly (readonly StraightSide[])[], tolerance: number): Axis[] {
  const all = rings.flat().map((side) => ({ side, length: Math.sqrt(lengthOf2(side)) }));
  const total = lengthOf(all);
  const axes: Axis[] = [];
  let left: readonly Weighed[] = all;
  let held = 0;
  for (;;) {
    const axis = strongest(left, tolerance);
    const taken = axis === undefined ? [] : onAxis(left, axis, tolerance);
    if (axis === undefined || lengthOf(taken) < LEAST_OF_ONE * total) break;
    left = left.filter(({ side }) => !liesOn(side, axis, tolerance));
    if (!turnsSquare(rings, axis, tolerance)) continue;
    axes.push(axis);
    held += lengthOf(taken);
  }
  return held >= LEAST_OF_ALL * total ? axes : [];
}

/** Whether a side may be no more than a corner that a blurred mask lost. */
export function isShort(side: StraightSide, tolerance: number): boolean {
  return lengthOf2(side) <= LOST_CORNER * LOST_CORNER * tolerance * tolerance;
}

/** Whether a side, turned about its middle onto an axis, turns by at most 15 degrees and moves its ends by the tolerance. */
export function liesOn(side: StraightSide, axis: Axis, tolerance: number): boolean {
  const sine = offAxis(side.line, axis);
  return sine <= MOST && sine * sine * lengthOf2(side) <= 4 * tolerance * tolerance;
}

/** The direction of an axis, or at a right angle to it, that is nearest to a line's. */
export function nearest({ dx, dy }: Line, axis: Axis): { dx: number; dy: number } {
  const along = dx * axis.dx + dy * axis.dy;
  const across = dy * axis.dx - dx * axis.dy;
  if (Math.abs(along) >= Math.abs(across)) return along >= 0 ? axis : { dx: -axis.dx, dy: -axis.dy };
  return across >= 0 ? { dx: -axis.dy, dy: axis.dx } : { dx: axis.dy, dy: -axis.dx };
}

interface Weighed {
  readonly side: StraightSide;
  readonly length: number;
}

/** The axis on which most of the sides' length lies; its direction is their mean. */
function strongest(sides: readonly Weighed[], tolerance: number): Axis | undefined {
  // A short side has no direction to speak of.
  const long = sides.filter(({ length }) => length >= 4 * tolerance).sort((a, b) => b.length - a.length);
  let best: readonly Weighed[] = [];
  for (const { side } of long.slice(0, MOST_TRIED)) {
    const held = onAxis(sides, side.line, tolerance);
    if (lengthOf(held) > lengthOf(best)) best = held;
  }
  return best.length === 0 ? undefined : mean(best);
}

function onAxis(sides: readonly Weighed[], axis: Axis, tolerance: number): Weighed[] {
  return sides.filter(({ side }) => liesOn(side, axis, tolerance));
}

/** The mean direction modulo a right angle; long sides know theirs better. */
function mean(sides: readonly Weighed[]): Axis {
  let [cosine, sine] = [0, 0];
  for (const { side, length } of sides) {
    const { dx, dy } = side.line;
    // Twice the double angle: all four directions of an axis fall together.
    const [cos2, sin2] = [dx * dx - dy * dy, 2 * dx * dy];
    cosine += length * length * (cos2 * cos2 - sin2 * sin2);
    sine += length * length * 2 * cos2 * sin2;
  }
  const [cos2, sin2] = halved(cosine, sine);
  const [dx, dy] = halved(cos2, sin2);
  return { dx, dy };
}

/** Cosine and sine of half the angle of a direction, by square roots alone: the same bits on every machine. */
function halved(x: number, y: number): [cosine: number, sine: number] {
  const cosine = x / Math.sqrt(x * x + y * y);
  const half = Math.sqrt(Math.max(0, (1 - cosine) / 2));
  return [Math.sqrt(Math.max(0, (1 + cosine) / 2)), y < 0 ? -half : half];
}

/** Whether two sides on the axis stand at a right angle, one after the other or with a lost corner between them. */
function turnsSquare(rings: readonly (readonly StraightSide[])[], axis: Axis, tolerance: number): boolean {
  return rings.some((ring) => {
    const sides = ring.filter((side) => liesOn(side, axis, tolerance) || !isShort(side, tolerance));
    return sides.some((side, i) => {
      const before = sides.at(i - 1) ?? side;
      if (!liesOn(side, axis, tolerance) || !liesOn(before, axis, tolerance)) return false;
      const [a, b] = [nearest(before.line, axis), nearest(side.line, axis)];
      return Math.abs(a.dx * b.dy - a.dy * b.dx) > 0.5;
    });
  });
}

/** Sine of the angle between a line and the nearest direction of an axis. */
function offAxis(line: Line, axis: Axis): number {
  const { dx, dy } = nearest(line, axis);
  return Math.abs(turnOf(line, { x: 0, y: 0, dx, dy }));
}

function lengthOf(sides: readonly Weighed[]): number {
  return sides.reduce((sum, { length }) => sum + length, 0);
}
