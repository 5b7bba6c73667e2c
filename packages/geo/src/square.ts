import { axesOf, isShort, liesOn, nearest, type Axis } from './axes.ts';
import { crossing, foot, turnOf, type Line } from './line.ts';
import { onGround, pixelsOf, type Metric } from './metric.ts';
import { between, corner, lengthOf2, meetsNear, type StraightSide } from './sides.ts';

/** A side on the ground, and the axis onto which it was turned. */
interface SquareSide extends StraightSide {
  readonly axis?: Axis | undefined;
}

/**
 * Turns the sides of an outline onto the axes of the building and lets them meet again: right angles where the outline
 * means them. Sides that lie on no axis stay as they are. Undefined where the outline means no right angles.
 *
 * @param rings the sides of each ring, in pixels
 * @param metric how pixels lie on the ground, where the angles are to be right
 * @param tolerance in pixels: no side's end moves farther when it is turned
 * @returns the corners of each ring in pixels, not rounded
 */
export function squaredCorners(
  rings: readonly (readonly StraightSide[])[],
  metric: Metric,
  tolerance: number,
): number[][] | undefined {
  const ground = rings.map((sides) => sides.map((side) => onGround(side, metric)));
  const axes = axesOf(ground, tolerance);
  if (axes.length === 0) return undefined;
  return ground.map((sides) => {
    const turned = withoutShort(
      sides.map((side) => onto(side, axes, tolerance)),
      tolerance,
    );
    return pixelsOf(
      turned.flatMap((after, i) => cornersBetween(turned.at(i - 1) ?? after, after, tolerance)),
      metric,
    );
  });
}

/** A side turned about its middle onto the first axis on which it lies. */
function onto(side: StraightSide, axes: readonly Axis[], tolerance: number): SquareSide {
  const axis = axes.find((one) => liesOn(side, one, tolerance));
  return axis === undefined ? side : { ...side, axis, line: { ...side.line, ...nearest(side.line, axis) } };
}

/**
 * Leaves out each short side between two of one axis, whose corner or step stands in its place, and makes one of sides
 * that follow one another on nearly the same line.
 */
function withoutShort(sides: readonly SquareSide[], tolerance: number): SquareSide[] {
  const kept = [...sides];
  for (let i = 0; i < kept.length && kept.length > 4; i++) {
    const [before, side, after] = [kept.at(i - 1), kept[i], kept[(i + 1) % kept.length]];
    if (!before || !side || !after) break;
    const joined = joinedSides(before, side, tolerance);
    if (joined !== undefined) {
      kept[(i + kept.length - 1) % kept.length] = joined;
      kept.splice(i, 1);
      i = Math.max(-1, i - 3);
    } else if (givesWay(before, side, after, tolerance)) {
      kept.splice(i, 1);
      i = Math.max(-1, i - 3);
    }
  }
  return kept;
}

function givesWay(before: SquareSide, side: SquareSide, after: SquareSide, tolerance: number): boolean {
  if (before.axis === undefined || before.axis !== after.axis) return false;
  const length2 = lengthOf2(side);
  if (length2 >= Math.min(lengthOf2(before), lengthOf2(after))) return false;
  if (side.axis !== before.axis) return isShort(side, tolerance);
  return length2 <= tolerance * tolerance && joinedSides(before, after, tolerance) !== undefined;
}

/** One side in place of two that run the same way, no farther apart than the tolerance. */
function joinedSides(before: SquareSide, after: SquareSide, tolerance: number): SquareSide | undefined {
  if (before.axis === undefined || before.axis !== after.axis || !sameWay(before.line, after.line)) return undefined;
  const { dx, dy } = before.line;
  const apart = (after.line.x - before.line.x) * dy - (after.line.y - before.line.y) * dx;
  if (Math.abs(apart) > tolerance) return undefined;
  const [a, b] = [Math.sqrt(lengthOf2(before)), Math.sqrt(lengthOf2(after))];
  const mean = (one: number, other: number): number => (one * a + other * b) / (a + b);
  const line = { dx, dy, x: mean(before.line.x, after.line.x), y: mean(before.line.y, after.line.y) };
  return { axis: before.axis, line, fromX: before.fromX, fromY: before.fromY, toX: after.toX, toY: after.toY };
}

/** Where two sides meet: a corner, or the two ends of a step between sides of one axis that are parallel. */
function cornersBetween(before: SquareSide, after: SquareSide, tolerance: number): number[] {
  const [x, y] = between(before, after);
  if (before.axis !== undefined && before.axis === after.axis) {
    if (Math.abs(turnOf(before.line, after.line)) > 0.5) return crossing(before.line, after.line);
    return [...foot(before.line, x, y), ...foot(after.line, x, y)];
  }
  if (before.axis === undefined && after.axis === undefined) return corner(before, after, tolerance);
  if (Math.abs(turnOf(before.line, after.line)) > 0.2 && meetsNear(before, after, tolerance))
    return crossing(before.line, after.line);
  return foot(before.axis === undefined ? after.line : before.line, x, y);
}

function sameWay(a: Line, b: Line): boolean {
  return a.dx * b.dx + a.dy * b.dy > 0.5;
}
