import { invalidMember, type BlockParameters } from '@cairn/contracts';

/** One window of a block in pixels of the imagery's grid: the network sees core and halo, and answers for the core. */
export interface Window {
  /** Top left of what the network sees. */
  x: number;
  y: number;
  /** Size of what the network sees. */
  width: number;
  height: number;
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
  const edge = window + 2 * halo;
  for (let y = coreY0; y < coreY1; y += window) {
    for (let x = coreX0; x < coreX1; x += window) {
      const core = { x0: x, y0: y, x1: Math.min(x + window, coreX1), y1: Math.min(y + window, coreY1) };
      windows.push({ x: x - halo, y: y - halo, width: edge, height: edge, core });
    }
  }
  return windows;
}

/** Windows that make up a rectangle: its rows. */
export type Rectangle = readonly (readonly Window[])[];

/**
 * The windows of a block's core in rectangles of at most `most` × `most`, row by row.
 * @throws CairnError as `windowsOf` does
 */
export function rectanglesOf(place: BlockParameters, layout: WindowLayout, most: number): Rectangle[] {
  const windows = windowsOf(place, layout);
  const columns = Math.ceil((place.coreX1 - place.coreX0) / layout.window);
  const rows = Array.from({ length: windows.length / columns }, (_, row) => {
    return windows.slice(row * columns, (row + 1) * columns);
  });
  const starts = (length: number): number[] => Array.from({ length: Math.ceil(length / most) }, (_, i) => i * most);
  return starts(rows.length).flatMap((row) =>
    starts(columns).map((column) => rows.slice(row, row + most).map((one) => one.slice(column, column + most))),
  );
}

/**
 * What the network is asked about of a rectangle: all of it at once where each of its windows is wanted, else what is wanted of
 * its halves. A network that answers each pixel by its neighbourhood alone gives a rectangle what it gives its windows, and has
 * less to do: the rims between them fall away.
 */
export function wantedOf(rectangle: Rectangle, isWanted: (window: Window) => boolean): Window[] {
  const windows = rectangle.flat();
  const wanted = windows.filter(isWanted).length;
  if (wanted === windows.length) return [around(windows)];
  if (wanted === 0) return [];
  const [high, wide] = [rectangle.length, rectangle[0]!.length];
  const [row, column] = [Math.ceil(high / 2), Math.ceil(wide / 2)];
  const halves =
    wide < high
      ? [rectangle.slice(0, row), rectangle.slice(row)]
      : [rectangle.map((one) => one.slice(0, column)), rectangle.map((one) => one.slice(column))];
  return halves.flatMap((half) => wantedOf(half, isWanted));
}

/** The window that sees what windows see. */
function around(windows: readonly Window[]): Window {
  const [first, last] = [windows[0]!, windows.at(-1)!];
  const core = { ...first.core, x1: last.core.x1, y1: last.core.y1 };
  const [width, height] = [last.x + last.width - first.x, last.y + last.height - first.y];
  return { x: first.x, y: first.y, width, height, core };
}

/** The size of the padded block that holds every window of a core: whole windows and a rim on each side. */
export function paddedSize(place: BlockParameters, { window, halo }: WindowLayout): { width: number; height: number } {
  const whole = (length: number): number => Math.ceil(length / window) * window + 2 * halo;
  return { width: whole(place.coreX1 - place.coreX0), height: whole(place.coreY1 - place.coreY0) };
}
