import type { Block, BlockPlace, Box } from '@cairn/geo';

/** Blocks that one call carries through the graph: they fill a rectangle of the grid, and are told row by row. */
export interface Call {
  blocks: readonly Block[];
  core: Box;
}

/**
 * Cores in pixels of what one call may carry at most, the larger one first. A square kilometre of 0.3 m holds a whole one
 * wherever it lies, so that no larger area takes more memory.
 */
const sizes = [
  { width: 2048, height: 1536 },
  { width: 1024, height: 1024 },
] as const;

/** Blocks of a size that lie beside each other in the largest call. */
export function blocksAcross(size: number): number {
  return Math.max(1, Math.floor(sizes[0].width / size));
}

/** The calls by which the blocks of an area are asked about, each with its neighbours in a cell of the grid. */
export class Calls {
  readonly #blocks: ReadonlyMap<string, Block>;
  readonly #size: number;

  /** @param size edge of a whole block in pixels */
  constructor(blocks: readonly Block[], size: number) {
    this.#blocks = new Map(blocks.map((block) => [nameOf(block), block]));
    this.#size = size;
  }

  /**
   * A block with those that go with it: the largest call that may be made of its cell.
   * @param isWanted whether a block is still to be asked about
   * @param mayCarry whether a call of several blocks is not too large
   */
  callOf(block: Block, isWanted: (one: Block) => boolean, mayCarry: (call: Call) => boolean): Call {
    for (const { width, height } of sizes) {
      const end = { col: nextOf(block.col, width / this.#size), row: nextOf(block.row, height / this.#size) };
      const call = callOf(this.#rectangle(block, end, isWanted));
      if (call.blocks.length > 1 && mayCarry(call)) return call;
    }
    return callOf([block]);
  }

  /** The largest rectangle of wanted blocks that begins with one and keeps before an end. */
  #rectangle(block: Block, end: BlockPlace, isWanted: (one: Block) => boolean): Block[] {
    let rows: Block[][] = [];
    let largest: Block[] = [block];
    let width = end.col - block.col;
    for (let row = block.row; row < end.row && width > 0; row++) {
      const run: Block[] = [];
      for (let col = block.col; run.length < width; col++) {
        const one = this.#blocks.get(nameOf({ col, row }));
        if (one === undefined || !isWanted(one)) break;
        run.push(one);
      }
      width = run.length;
      rows = [...rows.map((above) => above.slice(0, width)), run];
      if (width * rows.length > largest.length) largest = rows.flat();
    }
    return largest;
  }
}

/** A call of blocks that fill a rectangle, row by row. */
export function callOf(blocks: readonly Block[]): Call {
  const [first, last] = [blocks[0]!.core, blocks.at(-1)!.core];
  return { blocks, core: { ...first, x1: last.x1, y1: last.y1 } };
}

/** The first place of the next cell. @param cell blocks along its edge, at least one */
function nextOf(at: number, cell: number): number {
  const edge = Math.max(1, Math.floor(cell));
  return (Math.floor(at / edge) + 1) * edge;
}

function nameOf({ col, row }: BlockPlace): string {
  return `${col} ${row}`;
}
