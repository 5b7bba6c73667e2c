import { invalidMember, type BlockParameters } from '@cairn/contracts';

/** One window of a block in pixels of the imagery's grid: the network sees core and halo, and answers for the core. */
export interface Window {
  /** Top left of what the network sees. */
  x: number;
  y: number;
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
      windows.push({ x: x - halo, y: y - halo, core });
    }
  }
  return windows;
}

/** The size of the padded block that holds every window of a core: whole windows and a rim on each side. */
export function paddedSize(place: BlockParameters, { window, halo }: WindowLayout): { width: number; height: number } {
  const whole = (length: number): number => Math.ceil(length / window) * window + 2 * halo;
  return { width: whole(place.coreX1 - place.coreX0), height: whole(place.coreY1 - place.coreY0) };
}
