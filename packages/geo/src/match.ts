import { boxesMeet, boxOf, enclosedArea, type Box, type Rings } from './ring.ts';
import { sharedArea } from './intersection.ts';

/** From this intersection over union on, two outlines are one thing. */
export const MATCH_IOU = 0.5;

/** A polygon or several, of which the rings are known: outer rings counterclockwise, holes clockwise, in 1e-7 degree. */
export interface MatchOutline {
  readonly rings: Rings;
}

/** Two outlines that are one thing, by their places in the lists. */
export type Match = MatchedPair<number>;

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
  const matcher = new Matcher<number>({ may: () => true, order: (a, b) => a - b });
  for (const [place, { rings }] of ours.entries()) matcher.addOurs(place, rings);
  for (const [place, { rings }] of theirs.entries()) matcher.addTheirs(place, rings);
  return matcher.matches();
}

/** Two things whose outlines are one, and how much of them is common. */
export interface MatchedPair<T> {
  readonly ours: T;
  readonly theirs: T;
  readonly iou: number;
}

/** The same outline by outline, of things of any kind: memory grows with ours and with the pairs, not with theirs. */
export class Matcher<T> {
  readonly #may: (ours: T, theirs: T) => boolean;
  readonly #order: (a: T, b: T) => number;
  readonly #cells = new Map<string, Held<T>[]>();
  readonly #wide: Held<T>[] = [];
  readonly #all: Held<T>[] = [];
  readonly #pairs: MatchedPair<T>[] = [];

  /**
   * @param options.may whether two may be one at all
   * @param options.order which goes before where two pairs are equally good; a total order
   */
  constructor(options: { may: (ours: T, theirs: T) => boolean; order: (a: T, b: T) => number }) {
    this.#may = options.may;
    this.#order = options.order;
  }

  /**
   * Takes one of ours; all of them come before the first of theirs.
   * @param area of the part that counts, in squared units of the rings; left out: all of it. What reaches out of an image is
   * matched by what lies on it.
   */
  addOurs(item: T, rings: Rings, area = enclosedArea(rings)): void {
    const held = { item, rings, box: boxOf(rings), area };
    this.#all.push(held);
    const keys = cellsOf(held.box);
    if (keys === null) this.#wide.push(held);
    for (const key of keys ?? []) {
      const there = this.#cells.get(key);
      if (there === undefined) this.#cells.set(key, [held]);
      else there.push(held);
    }
  }

  /** Takes one of theirs. */
  addTheirs(item: T, rings: Rings): void {
    const other = { box: boxOf(rings), area: enclosedArea(rings) };
    const keys = cellsOf(other.box);
    const near = keys?.flatMap((key) => this.#cells.get(key) ?? []).concat(this.#wide) ?? this.#all;
    for (const one of new Set(near)) {
      if (!this.#may(one.item, item) || !boxesMeet(one.box, other.box)) continue;
      const shared = sharedArea(one.rings, rings);
      const iou = shared / (one.area + other.area - shared);
      if (iou >= MATCH_IOU) this.#pairs.push({ ours: one.item, theirs: item, iou });
    }
  }

  /** The pairs that remain where each is taken once, the best first. */
  matches(): MatchedPair<T>[] {
    const taken = { ours: new Set<T>(), theirs: new Set<T>() };
    return this.#pairs
      .toSorted((a, b) => b.iou - a.iou || this.#order(a.ours, b.ours) || this.#order(a.theirs, b.theirs))
      .filter(({ ours, theirs }) => {
        if (taken.ours.has(ours) || taken.theirs.has(theirs)) return false;
        taken.ours.add(ours);
        taken.theirs.add(theirs);
        return true;
      });
  }
}

/** An outline that waits for its match. */
interface Held<T> {
  readonly item: T;
  readonly rings: Rings;
  readonly box: Box;
  /** In squared units. */
  readonly area: number;
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
