/**
 * The street network: a lattice that is turned, warped and thinned until it no longer looks like one.
 *
 * Node (i, j) joins (i+1, j) and (i, j+1) by bent edges. Whether an edge carries a street, and which, follows from how
 * built-up its middle is. The four nodes around a cell bound a quarter, where `quarters.ts` puts the houses.
 */
import { clamp, hash, modulo, squareRoot } from './integer.ts';
import { fineNoiseAt } from './noise.ts';
import { density, streamDistance, SUB } from './place.ts';

export type Surface = 'asphalt' | 'concrete' | 'dirt' | 'path' | 'none';

/** A point in sixteenths of a world pixel. */
export interface Point {
  x: number;
  y: number;
}

/** One bent edge of the network: five points, and the street on it (`none`: only a border between plots). */
export interface Edge {
  points: readonly Point[];
  surface: Surface;
  /** Half of the street's width in sixteenths of a pixel. */
  halfWidth: number;
  key: number;
}

/** The lattice's first vector in pixels; the second is the same, turned by 90 degrees. */
const STEP_X = 212;
const STEP_Y = 74;
const STEP_SQUARED = STEP_X * STEP_X + STEP_Y * STEP_Y;

/** Farthest that warp and jitter move a node, in pixels. */
const REACH = 230;

/** Position of node (i, j). */
export function nodeAt(seed: number, i: number, j: number): Point {
  const x = i * STEP_X - j * STEP_Y;
  const y = i * STEP_Y + j * STEP_X;
  const h = hash(seed ^ 0x0de5, i, j);
  const warpX = ((fineNoiseAt(seed ^ 0x3a11, x, y, 10) - 32768) * 18) >> 8;
  const warpY = ((fineNoiseAt(seed ^ 0x3a12, x, y, 10) - 32768) * 18) >> 8;
  const jitterX = Math.floor((((h & 1023) - 512) * 3) / 2);
  const jitterY = Math.floor(((((h >>> 10) & 1023) - 512) * 3) / 2);
  return { x: x * SUB + warpX + jitterX, y: y * SUB + warpY + jitterY };
}

/** The edge from node (i, j) to (i+1, j) for direction 0, to (i, j+1) for direction 1. */
export function edgeAt(seed: number, i: number, j: number, direction: 0 | 1): Edge {
  const from = nodeAt(seed, i, j);
  const to = direction === 0 ? nodeAt(seed, i + 1, j) : nodeAt(seed, i, j + 1);
  const key = hash(seed ^ 0xed9e, i, j, direction);
  const bend = ((key & 255) - 128) * 3;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.max(1, squareRoot(dx * dx + dy * dy));
  const points = [0, 1, 2, 3, 4].map((quarter) => {
    // A parabola through both ends: its bulge is bend at the middle, three quarters of it at the quarter points.
    const bulge = [0, 12, 16, 12, 0][quarter]!;
    const aside = Math.floor((bend * bulge) / 16);
    return {
      x: from.x + Math.floor((dx * quarter) / 4 - (dy * aside) / length),
      y: from.y + Math.floor((dy * quarter) / 4 + (dx * aside) / length),
    };
  });
  return { points, key, ...streetOn(seed, i, j, direction, key, points[2]!) };
}

function streetOn(
  seed: number,
  i: number,
  j: number,
  direction: 0 | 1,
  key: number,
  middle: Point,
): Pick<Edge, 'surface' | 'halfWidth'> {
  const x = middle.x >> 4;
  const y = middle.y >> 4;
  const built = density(seed, x, y);
  const draw = (key >>> 8) % 100;
  const main = direction === 1 ? modulo(i, 6) === 0 : modulo(j, 7) === 0;
  if (main) return { surface: built > 45 ? 'asphalt' : 'dirt', halfWidth: built > 45 ? 11 * SUB : 8 * SUB };
  const present = clamp(12 + Math.floor((built * 80) / 255), 0, 90);
  if (draw >= present || streamDistance(seed, x, y) < 40) return { surface: 'none', halfWidth: 10 };
  const kind = (key >>> 16) % 100;
  if (built < 70) return { surface: 'path', halfWidth: (3 + (kind & 1)) * SUB };
  if (kind < 25) return { surface: 'asphalt', halfWidth: (7 + (kind & 1)) * SUB };
  if (kind < 45) return { surface: 'concrete', halfWidth: (6 + (kind & 3)) * SUB };
  if (kind < 80) return { surface: 'dirt', halfWidth: (6 + (kind & 3)) * SUB };
  return { surface: 'path', halfWidth: 4 * SUB };
}

/** The cells (i, j) of the lattice that may touch a window of world pixels, rows first, in a fixed order. */
export function cellsOver(x0: number, y0: number, x1: number, y1: number): readonly (readonly [number, number])[] {
  const is: number[] = [];
  const js: number[] = [];
  for (const x of [x0 - REACH, x1 + REACH]) {
    for (const y of [y0 - REACH, y1 + REACH]) {
      is.push(Math.floor((x * STEP_X + y * STEP_Y) / STEP_SQUARED));
      js.push(Math.floor((y * STEP_X - x * STEP_Y) / STEP_SQUARED));
    }
  }
  const cells: [number, number][] = [];
  for (let j = Math.min(...js) - 1; j <= Math.max(...js); j++) {
    for (let i = Math.min(...is) - 1; i <= Math.max(...is); i++) cells.push([i, j]);
  }
  return cells;
}

/** Squared distance (in sixteenths of a pixel, squared) from a point to a segment. */
export function squaredDistance(x: number, y: number, from: Point, to: Point): number {
  const px = x - from.x;
  const py = y - from.y;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const along = px * dx + py * dy;
  if (along <= 0) return px * px + py * py;
  const lengthSquared = dx * dx + dy * dy;
  if (along >= lengthSquared) return (x - to.x) * (x - to.x) + (y - to.y) * (y - to.y);
  const across = px * dy - py * dx;
  return Math.floor((across * across) / lengthSquared);
}
