import { invalidMember, type BlockParameters } from '@cairn/contracts';

/** One window of a block in pixels of the imagery's grid: the network sees core and halo, and answers for the core. */
export interface Window {
  /** Top left of what the network sees. */
  x: number;
  y: number;
  /** Edge of what the network sees. */
  edge: number;
  /** The part of the window's core that lies in the block's core. */
  core: { x0: number; y0: number; x1: number; y1: number };
}

/** How windows lie: edge of a core, and the rim around it, both multiples of the network's stride. */
export interface WindowLayout {
  window: number;
  halo: number;
}

/**
 * The windows that answer for a block's core, row by row. They lie at multiples of `window` on the imagery's own grid
 * and each is whole, whatever the block: so a pixel's probability does not depend on how the imagery was cut.
 * @throws CairnError `input-invalid` where the core does not begin on the grid of windows.
 */
export function windowsOf(place: BlockParameters, { window, halo }: WindowLayout): Window[] {
  const { coreX0, coreY0, coreX1, coreY1 } = place;
  if (coreX0 % window !== 0 || coreY0 % window !== 0) {
    throw invalidMember('/inputs/0/parameters', `must place the core at multiples of ${window} pixels`);
  }
  if (place.originX !== coreX0 - halo || place.originY !== coreY0 - halo) {
    throw invalidMember('/inputs/0/parameters', `must place the block ${halo} pixels before its core`);
  }
  const windows: Window[] = [];
  for (let y = coreY0; y < coreY1; y += window) {
    for (let x = coreX0; x < coreX1; x += window) {
      const core = { x0: x, y0: y, x1: Math.min(x + window, coreX1), y1: Math.min(y + window, coreY1) };
      windows.push({ x: x - halo, y: y - halo, edge: window + 2 * halo, core });
    }
  }
  return windows;
}

/** Windows that make up a square, row by row, and the one window that could stand in their place. */
export interface Square {
  windows: Window[];
  whole: Window;
}

/**
 * The windows of a block's core in squares of at most `most` × `most`, row by row. A network that answers each pixel by its
 * neighbourhood alone gives a square what it gives its windows, and has less to do: the rims between them fall away.
 * @throws CairnError as `windowsOf` does
 */
export function squaresOf(place: BlockParameters, layout: WindowLayout, most: number): Square[] {
  const { window, halo } = layout;
  const windows = windowsOf(place, layout);
  const columns = Math.ceil((place.coreX1 - place.coreX0) / window);
  const rows = windows.length / columns;
  const squares: Square[] = [];
  for (let row = 0; row < rows; row += most) {
    for (let column = 0; column < columns; column += most) {
      const [high, wide] = [Math.min(most, rows - row), Math.min(most, columns - column)];
      const within = Array.from({ length: high * wide }, (_, i) => {
        return windows[(row + Math.floor(i / wide)) * columns + column + (i % wide)]!;
      });
      // What is left over at the edge of an image is no square.
      if (high === wide) squares.push(squareOf(within, wide * window + 2 * halo));
      else squares.push(...within.map((one) => squareOf([one], one.edge)));
    }
  }
  return squares;
}

function squareOf(windows: Window[], edge: number): Square {
  const [first, last] = [windows[0]!, windows.at(-1)!];
  const core = { ...first.core, x1: last.core.x1, y1: last.core.y1 };
  return { windows, whole: { x: first.x, y: first.y, edge, core } };
}

/** The size of the padded block that holds every window of a core: whole windows and a rim on each side. */
export function paddedSize(place: BlockParameters, { window, halo }: WindowLayout): { width: number; height: number } {
  const whole = (length: number): number => Math.ceil(length / window) * window + 2 * halo;
  return { width: whole(place.coreX1 - place.coreX0), height: whole(place.coreY1 - place.coreY0) };
}
