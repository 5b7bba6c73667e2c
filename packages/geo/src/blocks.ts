import type { Box } from './ring.ts';

/** How a raster is cut for the network: blocks counted from the raster's top left, whatever area is asked for. */
export interface BlockGrid {
  /** Raster size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Edge of a block's core in pixels: a multiple of the stride. */
  readonly size: number;
  /** Pixels around the core that the network also sees: a multiple of the stride. */
  readonly halo: number;
  /** The network's stride in pixels. */
  readonly stride: number;
}

/** One block of the grid. */
export interface Block {
  readonly col: number;
  readonly row: number;
  /** The pixels that this block answers for. Cores tile the raster; those at its right and lower edge are cut. */
  readonly core: Box;
  /** The pixels to read: a whole core with its halo, of equal size for every block. It may pass the raster's edges. */
  readonly padded: Box;
}

/**
 * Checks a grid and returns it.
 * Throws a RangeError that names the number at fault.
 */
export function blockGrid(grid: BlockGrid): BlockGrid {
  const { width, height, size, halo, stride } = grid;
  for (const [name, value] of Object.entries({ width, height, size, stride })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer, not ${value}`);
  }
  if (!Number.isSafeInteger(halo) || halo < 0)
    throw new RangeError(`halo must be 0 or a positive integer, not ${halo}`);
  if (size % stride !== 0) throw new RangeError(`block size ${size} must be a multiple of the stride ${stride}`);
  // Else the windows of two blocks would fall on different phases of the network and disagree.
  if (halo % stride !== 0) throw new RangeError(`halo ${halo} must be a multiple of the stride ${stride}`);
  return grid;
}

/** The block at a column and row. Throws a RangeError where the grid has none there. */
export function blockAt(grid: BlockGrid, col: number, row: number): Block {
  if (!hasBlock(grid, col, row)) throw new RangeError(`the grid has no block in column ${col}, row ${row}`);
  const { size, halo } = grid;
  const x0 = col * size;
  const y0 = row * size;
  return {
    col,
    row,
    core: { x0, y0, x1: Math.min(x0 + size, grid.width), y1: Math.min(y0 + size, grid.height) },
    padded: { x0: x0 - halo, y0: y0 - halo, x1: x0 + size + halo, y1: y0 + size + halo },
  };
}

/** True where the grid has a block at this column and row. */
export function hasBlock(grid: BlockGrid, col: number, row: number): boolean {
  const { width, height, size } = grid;
  return (
    Number.isInteger(col) && Number.isInteger(row) && col >= 0 && row >= 0 && col * size < width && row * size < height
  );
}

/**
 * The blocks whose cores share pixels with at least one window, sorted by row, then column, each once.
 * A window without pixels, or off the raster, asks for none.
 *
 * @param windows areas of interest in pixels; they may have fractions and may pass the raster's edges
 */
export function blocksIn(grid: BlockGrid, windows: readonly Box[]): Block[] {
  const { width, height, size } = grid;
  const cols = new Map<number, Set<number>>();
  for (const window of windows) {
    const x1 = Math.min(window.x1, width);
    const y1 = Math.min(window.y1, height);
    const x0 = Math.max(window.x0, 0);
    const y0 = Math.max(window.y0, 0);
    if (!(x0 < x1 && y0 < y1)) continue;
    for (let row = Math.floor(y0 / size); row * size < y1; row++) {
      const inRow = cols.get(row) ?? new Set<number>();
      cols.set(row, inRow);
      for (let col = Math.floor(x0 / size); col * size < x1; col++) inRow.add(col);
    }
  }
  return [...cols]
    .sort(([a], [b]) => a - b)
    .flatMap(([row, inRow]) => [...inRow].sort((a, b) => a - b).map((col) => blockAt(grid, col, row)));
}
