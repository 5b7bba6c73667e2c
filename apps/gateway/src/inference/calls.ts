import type { Block, Box } from '@cairn/geo';

/** Blocks that one call carries through the graph: they fill a rectangle of the grid, and are told row by row. */
export interface Call {
  blocks: readonly Block[];
  core: Box;
}

/**
 * Cores in pixels of what one call may carry at most, the larger one first. A square kilometre of 0.3 m holds a whole one
 * wherever it lies, so that no larger area takes more memory.
 */
export const callSizes = [
  { width: 2048, height: 1536 },
  { width: 1024, height: 1024 },
] as const;

/** Blocks of a size that lie beside each other in the largest call. */
export function blocksAcross(size: number): number {
  return Math.max(1, Math.floor(callSizes[0].width / size));
}

/** The blocks of an area by the cells of the grid that they lie in, so that each can be asked about with its neighbours. */
export class Calls {
  readonly #tilings: readonly Cells[];

  /** @param size edge of a whole block in pixels */
  constructor(blocks: readonly Block[], size: number) {
    this.#tilings = callSizes.map(
      ({ width, height }) => new Cells(blocks, { across: Math.floor(width / size), down: Math.floor(height / size) }),
    );
  }

  /**
   * A block with those that go with it: the largest call that may be made of its cell.
   * @param isWanted whether a block is still to be asked about
   * @param mayCarry whether a call of several blocks is not too large
   */
  callOf(block: Block, isWanted: (one: Block) => boolean, mayCarry: (call: Call) => boolean): Call {
    for (const cells of this.#tilings) {
      const call = cells.callOf(block, isWanted);
      if (call.blocks.length > 1 && mayCarry(call)) return call;
    }
    return callOf([block]);
  }
}

/** A call of blocks that fill a rectangle, row by row. */
export function callOf(blocks: readonly Block[]): Call {
  const [first, last] = [blocks[0]!.core, blocks.at(-1)!.core];
  return { blocks, core: { ...first, x1: last.x1, y1: last.y1 } };
}

/** Cells of so many blocks. */
class Cells {
  readonly #across: number;
  readonly #down: number;
  readonly #blocks: ReadonlyMap<string, Block>;

  constructor(blocks: readonly Block[], { across, down }: { across: number; down: number }) {
    this.#across = Math.max(1, across);
    this.#down = Math.max(1, down);
    this.#blocks = new Map(blocks.map((block) => [nameOf(block), block]));
  }

  /** The largest rectangle of wanted blocks of a block's cell that begins with it. */
  callOf(block: Block, isWanted: (one: Block) => boolean): Call {
    const [endCol, endRow] = [nextOf(block.col, this.#across), nextOf(block.row, this.#down)];
    let rows: Block[][] = [];
    let largest: Block[] = [block];
    let width = endCol - block.col;
    for (let row = block.row; row < endRow && width > 0; row++) {
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
    return callOf(largest);
  }
}

function nextOf(at: number, edge: number): number {
  return (Math.floor(at / edge) + 1) * edge;
}

function nameOf({ col, row }: Pick<Block, 'col' | 'row'>): string {
  return `${col} ${row}`;
}
