import type { Tile } from '@cairn/geo';

/** Why a tile is not there: the server has none, it shows nothing, or the code of the error that it ended with. */
export type GapReason = 'missing' | 'transparent' | 'tiles-unreachable' | 'imagery-corrupt';

/** Tiles of one row, side by side, that imagery lacks for one reason. */
export interface TileGap {
  why: GapReason;
  zoom: number;
  row: number;
  /** The first and the last of them. */
  columns: [first: number, last: number];
}

/**
 * Tiles that are lacking, those side by side told together.
 * @param lacking row by row from the north-west, each row from the west.
 */
export function tileGaps(lacking: readonly { tile: Tile; why: GapReason }[]): TileGap[] {
  const gaps: TileGap[] = [];
  for (const { tile, why } of lacking) {
    const last = gaps.at(-1);
    const continues = last?.why === why && last.row === tile.y && last.columns[1] === tile.x - 1;
    if (continues) last.columns[1] = tile.x;
    else gaps.push({ why, zoom: tile.z, row: tile.y, columns: [tile.x, tile.x] });
  }
  return gaps;
}

/** How many tiles are lacking. */
export function gapCount(gaps: readonly TileGap[], ...reasons: readonly GapReason[]): number {
  const counted = gaps.filter(({ why }) => reasons.length === 0 || reasons.includes(why));
  return counted.reduce((sum, { columns: [first, last] }) => sum + last - first + 1, 0);
}
