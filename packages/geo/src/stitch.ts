import { blockAt, hasBlock, type BlockGrid } from './blocks.ts';
import { joinOutlines } from './outline.ts';
import { boxAround, boxOf, compareRings, type Box, type Ring } from './ring.ts';
import type { BlockPolygon, BlockShapes, Side } from './shapes.ts';

/** A component of the whole mask, put together from the blocks that hold parts of it. */
export interface StitchedPolygon {
  /** Outer ring, then holes: what `trace` would give for the whole mask, in grid pixels. */
  readonly rings: readonly Ring[];
  readonly pixels: number;
  readonly confidenceSum: number;
  /** True where it touches a block that was never added, so that it is cut off there. */
  readonly cut: boolean;
}

/** Column and row of a block. */
export interface BlockPlace {
  readonly col: number;
  readonly row: number;
}

/** The pieces known so far of one component, and the count of borders behind which more of it may lie. */
interface Component {
  readonly pieces: BlockPolygon[];
  open: number;
  box: Box;
}

/** A component that took part in a merge points to the one that holds its pieces. */
interface Part {
  component: Component;
  mergedInto?: Part;
}

interface PendingRun {
  readonly from: number;
  readonly to: number;
  readonly part: Part;
}

const OPPOSITE: Readonly<Record<Side, Side>> = { north: 'south', south: 'north', east: 'west', west: 'east' };

/**
 * Joins the polygons of blocks that arrive in any order into those of the whole mask. It holds only components that a
 * missing block may still add to. What it returns for a call is sorted by first point; the set of all polygons does not
 * depend on the order of arrival.
 */
export class Stitcher {
  readonly #grid: BlockGrid;
  readonly #added = new Set<string>();
  /** Runs waiting at a side of a block that was not added yet, by block and side. */
  readonly #pending = new Map<string, { place: BlockPlace; runs: PendingRun[] }>();
  readonly #open = new Set<Component>();

  constructor(grid: BlockGrid) {
    this.#grid = grid;
  }

  /**
   * Takes the polygons of one block and returns those components that are complete with it.
   * Throws a RangeError for a block that the grid does not have or that was added before.
   */
  add(place: BlockPlace, shapes: BlockShapes): StitchedPolygon[] {
    const { col, row } = blockAt(this.#grid, place.col, place.row);
    const name = `${col} ${row}`;
    if (this.#added.has(name)) throw new RangeError(`the block in column ${col}, row ${row} was added before`);
    this.#added.add(name);
    const touched = new Set<Part>();
    const sides = new Map<Side, PendingRun[]>();
    for (const polygon of shapes.polygons) {
      const part: Part = { component: { pieces: [polygon], open: 0, box: boxOf(polygon.rings) } };
      touched.add(part);
      this.#open.add(part.component);
      for (const [side, from, to] of polygon.runs) {
        const runs = sides.get(side) ?? [];
        sides.set(side, runs);
        runs.push({ from, to, part });
      }
    }
    for (const [side, place] of neighbours(col, row)) {
      this.#meet(name, side, place, sides.get(side) ?? [], touched);
    }
    const complete = new Set([...touched].map((part) => rootOf(part).component).filter(({ open }) => open === 0));
    return this.#release(complete, false);
  }

  /**
   * Blocks that were not added and may hold more of a component that is looked for; sorted by row, then column. Ask for them
   * until none is left: then every component that is looked for is whole.
   * @param isSought whether a component is looked for, by the box around what is known of it, which grows
   */
  wanted(isSought: (box: Box) => boolean): BlockPlace[] {
    const places = new Map<string, BlockPlace>();
    for (const { place, runs } of this.#pending.values()) {
      if (runs.some(({ part }) => isSought(rootOf(part).component.box))) places.set(`${place.col} ${place.row}`, place);
    }
    return [...places.values()].sort((a, b) => a.row - b.row || a.col - b.col);
  }

  /** Returns what is still open, cut at the borders of the blocks that were never added, and forgets it. */
  finish(): StitchedPolygon[] {
    this.#pending.clear();
    return this.#release(new Set(this.#open), true);
  }

  /** Joins the runs of a new block's side with those waiting there, or lets them wait where the neighbour is missing. */
  #meet(name: string, side: Side, place: BlockPlace, runs: PendingRun[], touched: Set<Part>): void {
    if (!hasBlock(this.#grid, place.col, place.row)) return;
    const neighbour = `${place.col} ${place.row}`;
    if (!this.#added.has(neighbour)) {
      if (runs.length === 0) return;
      runs.sort((a, b) => a.from - b.from);
      this.#pending.set(`${neighbour} ${OPPOSITE[side]}`, { place, runs });
      for (const part of new Set(runs.map((run) => run.part))) rootOf(part).component.open += 1;
      return;
    }
    const key = `${name} ${side}`;
    const waiting = this.#pending.get(key)?.runs ?? [];
    this.#pending.delete(key);
    for (const part of new Set(waiting.map((run) => run.part))) {
      touched.add(part);
      rootOf(part).component.open -= 1;
    }
    runs.sort((a, b) => a.from - b.from);
    for (const [here, there] of overlapping(runs, waiting)) this.#merge(here.part, there.part);
  }

  #merge(a: Part, b: Part): void {
    const [rootA, rootB] = [rootOf(a), rootOf(b)];
    if (rootA === rootB) return;
    const aIsLarger = rootA.component.pieces.length >= rootB.component.pieces.length;
    const [into, from] = aIsLarger ? [rootA, rootB] : [rootB, rootA];
    const { component } = into;
    for (const piece of from.component.pieces) component.pieces.push(piece);
    component.open += from.component.open;
    component.box = boxAround(component.box, from.component.box);
    this.#open.delete(from.component);
    from.component = component;
    from.mergedInto = into;
  }

  #release(components: ReadonlySet<Component>, cut: boolean): StitchedPolygon[] {
    const polygons: StitchedPolygon[] = [];
    for (const component of components) {
      this.#open.delete(component);
      const { pieces } = component;
      const [only] = pieces;
      polygons.push({
        rings:
          only && pieces.length === 1
            ? only.rings
            : joinOutlines(
                pieces.map((piece) => piece.rings),
                this.#grid.size,
              ),
        pixels: pieces.reduce((sum, piece) => sum + piece.pixels, 0),
        confidenceSum: pieces.reduce((sum, piece) => sum + piece.confidenceSum, 0),
        cut,
      });
    }
    return polygons.sort((a, b) => compareRings(a.rings[0] ?? [], b.rings[0] ?? []));
  }
}

function rootOf(part: Part): Part {
  let at = part;
  while (at.mergedInto) {
    if (at.mergedInto.mergedInto) at.mergedInto = at.mergedInto.mergedInto;
    at = at.mergedInto;
  }
  return at;
}

function neighbours(col: number, row: number): [Side, BlockPlace][] {
  return [
    ['north', { col, row: row - 1 }],
    ['east', { col: col + 1, row }],
    ['south', { col, row: row + 1 }],
    ['west', { col: col - 1, row }],
  ];
}

/** Pairs of runs that share at least one unit edge; both lists are sorted and free of overlaps. */
function* overlapping(here: readonly PendingRun[], there: readonly PendingRun[]): Generator<[PendingRun, PendingRun]> {
  let [i, j] = [0, 0];
  for (;;) {
    const a = here[i];
    const b = there[j];
    if (!a || !b) return;
    if (a.from < b.to && b.from < a.to) yield [a, b];
    if (a.to < b.to) i++;
    else j++;
  }
}
