import type { Block, Box } from '@cairn/geo';

/** Blocks that one call carries through the graph: they fill a rectangle of the grid, and are told row by row. */
export interface Call {
  blocks: readonly Block[];
  core: Box;
}

/** Edge in blocks of the cells of the grid whose blocks may go together. */
export const cellEdge = 2;

/** The blocks of an area by the cells of the grid that they lie in, so that each can be asked about with its neighbours. */
export class Cells {
  readonly #cells = new Map<string, Block[]>();

  constructor(blocks: readonly Block[]) {
    for (const block of blocks) {
      const cell = this.#cells.get(nameOf(block)) ?? [];
      this.#cells.set(nameOf(block), cell);
      cell.push(block);
    }
  }

  /**
   * A block with those that may go with it: all of its cell, else of its row there, as far as they are wanted and fill a
   * rectangle.
   */
  callWith(block: Block, isWanted: (one: Block) => boolean): Call {
    const cell = (this.#cells.get(nameOf(block)) ?? []).filter(isWanted);
    const own = cell.filter(({ row }) => row === block.row);
    return callOf(fills(cell) ? cell : own);
  }
}

/** A call of blocks that fill a rectangle. */
export function callOf(blocks: readonly Block[]): Call {
  const sorted = [...blocks].sort((a, b) => a.row - b.row || a.col - b.col);
  const [first, last] = [sorted[0]!.core, sorted.at(-1)!.core];
  return { blocks: sorted, core: { ...first, x1: last.x1, y1: last.y1 } };
}

function nameOf({ col, row }: Block): string {
  return `${Math.floor(col / cellEdge)} ${Math.floor(row / cellEdge)}`;
}

function fills(blocks: readonly Block[]): boolean {
  const columns = new Set(blocks.map(({ col }) => col));
  const rows = new Set(blocks.map(({ row }) => row));
  return columns.size * rows.size === blocks.length;
}
