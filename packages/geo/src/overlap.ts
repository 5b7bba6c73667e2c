import { boxOf, signedArea2, type Ring, type Rings } from './ring.ts';

/**
 * Intersection over union of a polygon with a polygon of whole pixels; exact but for the rounding of doubles.
 *
 * @param shape any valid polygon in pixel coordinates, directions as `trace` gives them
 * @param pixels a polygon of whole pixels, as `trace` gives it
 */
export function overlapWithPixels(shape: Rings, pixels: Rings): number {
  const box = boxOf([...shape, ...pixels]);
  const [x0, y0] = [Math.floor(box.x0), Math.floor(box.y0)];
  const rows = Array.from({ length: Math.ceil(box.y1) - y0 }, (): Row => ({ shape: [], pixels: [] }));
  for (const ring of shape) cutIntoRows(ring, x0, y0, (row, piece) => rows[row]?.shape.push(piece));
  for (const ring of pixels) cutIntoRows(ring, x0, y0, (row, piece) => rows[row]?.pixels.push(piece));
  const width = Math.ceil(box.x1) - x0 + 1;
  const covered = new Float64Array(width + 1);
  const filled = new Float64Array(width + 1);
  let shared = 0;
  for (const row of rows) {
    covered.fill(0);
    filled.fill(0);
    for (const piece of row.shape) cover(covered, piece);
    for (const { fromX, down } of row.pixels) filled[fromX] = (filled[fromX] ?? 0) + down;
    let [coverage, fill] = [0, 0];
    for (let x = 0; x < width; x++) {
      coverage += covered[x] ?? 0;
      fill += filled[x] ?? 0;
      shared += coverage * fill;
    }
  }
  return shared / (areaOf(shape) + areaOf(pixels) - shared);
}

/** The part of an edge inside one row of pixels. What lies right of it is inside by `down`, out by −`down`. */
interface Piece {
  readonly fromX: number;
  readonly toX: number;
  /** Height that the piece passes, positive downwards. */
  readonly down: number;
}

interface Row {
  readonly shape: Piece[];
  readonly pixels: Piece[];
}

function areaOf(rings: Rings): number {
  return rings.reduce((sum, ring) => sum - signedArea2(ring) / 2, 0);
}

function cutIntoRows(ring: Ring, x0: number, y0: number, give: (row: number, piece: Piece) => void): void {
  for (let i = 0; i < ring.length; i += 2) {
    const [ax, ay] = [(ring[i] ?? 0) - x0, (ring[i + 1] ?? 0) - y0];
    const [bx, by] = [(ring[(i + 2) % ring.length] ?? 0) - x0, (ring[(i + 3) % ring.length] ?? 0) - y0];
    const [top, bottom] = [Math.min(ay, by), Math.max(ay, by)];
    const xAt = (y: number): number => (y === ay ? ax : y === by ? bx : ax + ((bx - ax) * (y - ay)) / (by - ay));
    for (let row = Math.floor(top); row < bottom; row++) {
      const [from, to] = [Math.max(top, row), Math.min(bottom, row + 1)];
      const down = by > ay ? to - from : from - to;
      give(row, { fromX: xAt(from), toX: xAt(to), down });
    }
  }
}

/** Adds a piece to a row of differences, of which the running sum is how much of each pixel lies right of the piece. */
function cover(row: Float64Array, { fromX, toX, down }: Piece): void {
  const [left, right] = [Math.min(fromX, toX), Math.max(fromX, toX)];
  for (let column = Math.floor(left); ; column++) {
    const [a, b] = [Math.max(left, column), Math.min(right, column + 1)];
    const part = right === left ? down : (down * (b - a)) / (right - left);
    const beside = (a + b) / 2 - column;
    row[column] = (row[column] ?? 0) + part * (1 - beside);
    row[column + 1] = (row[column + 1] ?? 0) + part * beside;
    if (column + 1 >= right) return;
  }
}
