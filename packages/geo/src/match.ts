import { boxesMeet, boxOf, signedArea2, type Box, type Rings } from './ring.ts';
import { sharedArea } from './intersection.ts';

/** From this intersection over union on, two outlines are one thing. */
export const MATCH_IOU = 0.5;

/** A polygon or several, of which the rings are known: outer rings counterclockwise, holes clockwise, in 1e-7 degree. */
export interface MatchOutline {
  readonly rings: Rings;
}

/** Two outlines that are one thing, by their places in the lists, and how much of them is common. */
export interface Match {
  readonly ours: number;
  readonly theirs: number;
  readonly iou: number;
}

/** Edge of the cells by which outlines are found, in units of 1e-7 degree: some 50 m. */
const cell = 5000;

/** What lies in more cells is looked at for every other outline: one of a few, or of coarse imagery. */
const mostCells = 64;

/**
 * Matches outlines with others: pairs of {@link MATCH_IOU} or more, the best first, each outline once. At half and more, two
 * outlines of one list cannot both match one of the other unless they overlap themselves; so the matches hardly depend on the
 * order, and where they do the first in the lists goes before.
 *
 * @param ours and `theirs`: in the same coordinates
 */
export function matchOutlines(ours: readonly MatchOutline[], theirs: readonly MatchOutline[]): Match[] {
  const cells = new Map<string, number[]>();
  const wide: number[] = [];
  const held = ours.map(({ rings }) => measured(rings));
  for (const [place, { box }] of held.entries()) {
    const keys = cellsOf(box);
    if (keys === null) wide.push(place);
    for (const key of keys ?? []) {
      const there = cells.get(key);
      if (there === undefined) cells.set(key, [place]);
      else there.push(place);
    }
  }
  const pairs: Match[] = [];
  for (const [place, { rings }] of theirs.entries()) {
    const other = measured(rings);
    const keys = cellsOf(other.box);
    const near = keys === null ? held.keys() : new Set([...keys.flatMap((key) => cells.get(key) ?? []), ...wide]);
    for (const candidate of near) {
      const one = held[candidate]!;
      if (!boxesMeet(one.box, other.box)) continue;
      const shared = sharedArea(one.rings, rings);
      const iou = shared / (one.area + other.area - shared);
      if (iou >= MATCH_IOU) pairs.push({ ours: candidate, theirs: place, iou });
    }
  }
  const taken = { ours: new Set<number>(), theirs: new Set<number>() };
  return pairs
    .sort((a, b) => b.iou - a.iou || a.ours - b.ours || a.theirs - b.theirs)
    .filter((pair) => {
      if (taken.ours.has(pair.ours) || taken.theirs.has(pair.theirs)) return false;
      taken.ours.add(pair.ours);
      taken.theirs.add(pair.theirs);
      return true;
    });
}

interface Measured {
  readonly rings: Rings;
  readonly box: Box;
  /** In squared units. */
  readonly area: number;
}

function measured(rings: Rings): Measured {
  return { rings, box: boxOf(rings), area: Math.abs(rings.reduce((sum, ring) => sum + signedArea2(ring) / 2, 0)) };
}

/** The cells that a box lies in; null where they are many. */
function cellsOf({ x0, y0, x1, y1 }: Box): string[] | null {
  const [west, south, east, north] = [x0, y0, x1, y1].map((value) => Math.floor(value / cell)) as CellBox;
  if ((east - west + 1) * (north - south + 1) > mostCells) return null;
  const keys: string[] = [];
  for (let row = south; row <= north; row++)
    for (let column = west; column <= east; column++) keys.push(`${column} ${row}`);
  return keys;
}

type CellBox = [x0: number, y0: number, x1: number, y1: number];
