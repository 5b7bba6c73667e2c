import { blockAt, blocksIn, hasBlock, type BlockGrid } from './blocks.ts';
import { middleOf, type FoundObject } from './objects.ts';
import { compareRings, type Box } from './ring.ts';
import type { BlockPlace } from './stitch.ts';

/** Two boxes that share more than this part of what they cover together are of one thing. */
const same = 0.5;

interface Waiting {
  readonly object: FoundObject;
  /** Blocks that may hold a stronger object of the same thing. */
  readonly blocks: readonly string[];
  readonly missing: Map<string, BlockPlace>;
}

/**
 * Keeps one object of each thing. Neighbouring windows see the same thing at their border, each a little otherwise; an object
 * stands where none that is stronger (of higher score) is of the same class and thing.
 *
 * Whether an object stands depends on nothing but those that overlap it, standing or not: so the result depends neither on
 * the order in which blocks arrive, nor on how they are cut, nor on what lies farther away. The middle of an object of the same
 * thing lies in this one's box, so only blocks that the box meets have to be known.
 */
export class StandingObjects {
  readonly #grid: BlockGrid;
  readonly #added = new Set<string>();
  readonly #objects = new Map<string, FoundObject[]>();
  readonly #waiting = new Set<Waiting>();

  constructor(grid: BlockGrid) {
    this.#grid = grid;
  }

  /**
   * Takes the objects of one block and returns those that are known to stand with it, by place.
   * Throws a RangeError for a block that the grid does not have or that was added before.
   */
  add(place: BlockPlace, objects: readonly FoundObject[]): FoundObject[] {
    const { col, row } = blockAt(this.#grid, place.col, place.row);
    const name = nameOf({ col, row });
    if (this.#added.has(name)) throw new RangeError(`the block in column ${col}, row ${row} was added before`);
    this.#added.add(name);
    const distinct = [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
    if (distinct.length > 0) this.#objects.set(name, distinct);
    for (const object of distinct) this.#wait(object);
    const known = [...this.#waiting].filter(({ missing }) => missing.delete(name) || missing.size === 0);
    const ready = known.filter(({ missing }) => missing.size === 0);
    const standing = ready.filter((one) => this.#stands(one)).map(({ object }) => object);
    for (const one of ready) this.#waiting.delete(one);
    this.#forget({ col, row });
    return standing.sort(inOrder);
  }

  /** Blocks that were not added and decide whether an object that is looked for stands; sorted by row, then column. */
  wanted(isSought: (box: Box) => boolean): BlockPlace[] {
    const places = new Map<string, BlockPlace>();
    for (const { object, missing } of this.#waiting) {
      if (!isSought(object.box)) continue;
      for (const [name, place] of missing) places.set(name, place);
    }
    return [...places.values()].sort((a, b) => a.row - b.row || a.col - b.col);
  }

  #wait(object: FoundObject): void {
    const blocks = blocksIn(this.#grid, [object.box]);
    const names = blocks.map(nameOf);
    const missing = new Map(
      blocks
        .filter((block) => !this.#added.has(nameOf(block)))
        .map(({ col, row }) => [nameOf({ col, row }), { col, row }]),
    );
    this.#waiting.add({ object, blocks: names, missing });
  }

  /** Forgets the objects of blocks near by that no further block can ask about: none reaches farther than the halo. */
  #forget({ col, row }: BlockPlace): void {
    const far = Math.max(1, Math.ceil(this.#grid.halo / this.#grid.size));
    const needed = new Set([...this.#waiting].flatMap(({ blocks }) => blocks));
    for (const place of around({ col, row }, 2 * far)) {
      const name = nameOf(place);
      if (!this.#objects.has(name) || needed.has(name)) continue;
      const isOver = around(place, far).every(
        (one) => !hasBlock(this.#grid, one.col, one.row) || this.#added.has(nameOf(one)),
      );
      if (isOver) this.#objects.delete(name);
    }
  }

  #stands({ object, blocks }: Waiting): boolean {
    return !blocks.some((name) =>
      this.#objects
        .get(name)
        ?.some(
          (other) => other.class === object.class && isStronger(other, object) && overlap(other.box, object.box) > same,
        ),
    );
  }
}

function around({ col, row }: BlockPlace, far: number): BlockPlace[] {
  const steps = Array.from({ length: 2 * far + 1 }, (_, i) => i - far);
  return steps.flatMap((down) => steps.map((right) => ({ col: col + right, row: row + down })));
}

function nameOf({ col, row }: BlockPlace): string {
  return `${col} ${row}`;
}

function isStronger(a: FoundObject, b: FoundObject): boolean {
  return a.score !== b.score ? a.score > b.score : inOrder(a, b) < 0;
}

/** By place, then outline: an order in which no two distinct objects of one score are equal. */
function inOrder(a: FoundObject, b: FoundObject): number {
  const [ax, ay] = middleOf(a.box);
  const [bx, by] = middleOf(b.box);
  if (ay !== by || ax !== bx) return ay - by || ax - bx;
  for (let i = 0; i < Math.max(a.rings.length, b.rings.length); i++) {
    const order = compareRings(a.rings[i] ?? [], b.rings[i] ?? []);
    if (order !== 0) return order;
  }
  return a.class < b.class ? -1 : a.class > b.class ? 1 : b.score - a.score;
}

/** What two boxes share of what they cover together. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  if (width <= 0 || height <= 0) return 0;
  const area = ({ x0, y0, x1, y1 }: Box): number => (x1 - x0) * (y1 - y0);
  return (width * height) / (area(a) + area(b) - width * height);
}
