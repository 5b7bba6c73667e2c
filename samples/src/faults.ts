/**
 * Labels as they are met in OpenStreetMap: traced from another picture, in haste, some houses overlooked.
 */
import { collide, footprint } from './building.ts';
import type { Building } from './building.ts';
import { Dice } from './integer.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import { SUB } from './place.ts';
import type { Point } from './streets.ts';

/** Of 100 buildings, how many nobody has drawn. */
const MISSING = 4;
/** Of 100 quarters, how many were traced from a picture that lay 1 to 2 m aside. */
const OFFSET = 25;
/** Of 100 quarters, in how many neighbours were drawn as one block. */
const MERGED = 30;

/** Neighbours within 2.4 m are taken for one block. */
const BLOCK_GAP = 8 * SUB;

/** The outlines of one quarter's buildings, with the faults that its key decides. */
export function withFaults(seed: number, key: number, buildings: readonly Building[]): Outline[] {
  const dice = new Dice(seed ^ 0xfa17, key);
  const drawn = buildings.filter(() => !dice.chance(MISSING));
  const outlines = dice.chance(MERGED) ? blocks(drawn) : drawn.map(outlineOf);
  if (!dice.chance(OFFSET)) return outlines;
  // 3.4 to 6.6 px are 1 to 2 m.
  const far = dice.between(54, 105);
  const [across, down] = [
    [100, 0],
    [71, 71],
    [0, 100],
    [-71, 71],
    [-100, 0],
    [-71, -71],
    [0, -100],
    [71, -71],
  ][dice.below(8)] as [number, number];
  const by = { x: Math.round((far * across) / 100), y: Math.round((far * down) / 100) };
  return outlines.map(({ rings, roof }) => ({
    rings: rings.map((ring) => ring.map((point) => ({ x: point.x + by.x, y: point.y + by.y }))),
    roof,
  }));
}

/** Each building drawn with its near neighbours as one block: their convex hull. */
function blocks(buildings: readonly Building[]): Outline[] {
  const left = [...buildings];
  const outlines: Outline[] = [];
  for (let building = left.shift(); building !== undefined; building = left.shift()) {
    const block = [building];
    for (const member of block) {
      for (let n = left.length - 1; n >= 0 && block.length < 5; n--) {
        if (collide(member, left[n]!, BLOCK_GAP)) block.push(...left.splice(n, 1));
      }
    }
    outlines.push(
      block.length === 1
        ? outlineOf(building)
        : { rings: [convexHull(block.flatMap((member) => footprint(member)[0]!))], roof: building.roof },
    );
  }
  return outlines;
}

/** The convex hull of some points, clockwise in pixels (Andrew's monotone chain). */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
