/**
 * Which part of the place a scene shows, and how it is cut into training chips and an area to predict on.
 */
import { hash } from './integer.ts';

/** A window of world pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ScenePlan {
  seed: number;
  whole: Area;
  /** The training area: the western part, cut into `columns` x `rows` chips. */
  chips: Area & { columns: number; rows: number };
  /** The area to predict on: a square in the north-east, beside the chips and without a pixel of theirs. */
  aoi: Area;
}

/** Width and height of a chip in pixels. */
export const CHIP = 512;

/** Width and height of the scene unless told: nine chips. */
export const DEFAULT_SIZE = 9 * CHIP;

export const LARGEST_SIZE = 100_000;

/**
 * The parts of a scene of `size` x `size` pixels around the middle of the first town.
 *
 * @throws RangeError if the size is not at least two whole chips
 */
export function planScene(seed: number, size: number): ScenePlan {
  if (!Number.isInteger(size) || size < 2 * CHIP || size > LARGEST_SIZE || size % CHIP !== 0) {
    throw new RangeError(
      `A scene of ${size} px cannot be cut into chips: give a multiple of ${CHIP} from ${2 * CHIP} to ${LARGEST_SIZE}.`,
    );
  }
  const whole = wholeArea(size);
  const tiles = size / CHIP;
  const columns = Math.max(1, Math.floor((tiles * 5) / 9));
  const side = size - columns * CHIP;
  return {
    seed,
    whole,
    chips: { x: whole.x, y: whole.y, width: columns * CHIP, height: size, columns, rows: tiles },
    aoi: { x: whole.x + columns * CHIP, y: whole.y, width: side, height: side },
  };
}

/**
 * A square of `size` pixels around the middle of the first town.
 *
 * @throws RangeError if the size is not a whole number from 64 to 100,000
 */
export function wholeArea(size: number): Area {
  if (!Number.isInteger(size) || size < 64 || size > LARGEST_SIZE) {
    throw new RangeError(`A picture of ${size} px cannot be drawn: give a whole number from 64 to ${LARGEST_SIZE}.`);
  }
  return { x: -(size >> 1), y: -(size >> 1), width: size, height: size };
}

/**
 * Tells whether the flight missed a pixel: the north-eastern corner of the area, cut off askew and ragged.
 */
export function isNoData(seed: number, area: Area, x: number, y: number): boolean {
  const side = Math.min(area.width, 8192);
  const across = Math.floor((side * 9) / 32);
  const down = Math.floor((side * 13) / 32);
  const ragged = hash(seed ^ 0xda7a, y >> 4) & 7;
  const fromEast = area.x + area.width - 1 - x + ragged;
  const fromNorth = y - area.y;
  return fromEast * down + fromNorth * across < across * down;
}
