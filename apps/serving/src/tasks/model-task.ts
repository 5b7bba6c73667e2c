import type { BlockParameters } from '@cairn/contracts';
import type { Box, Shapes } from '@cairn/geo';
import type { Answer } from '../answer.ts';
import type { Window } from '../windows.ts';

/** One window of a block, as a task needs it to place what the network answers. Lengths and places are in pixels. */
export interface SeenWindow {
  window: Window;
  /** Pixels around its core that the network sees as well. */
  halo: number;
  /** The block's pixels, RGBA row by row; alpha 0 is no data. */
  rgba: Uint8Array;
  width: number;
  /** Where the window's top left pixel lies in them. */
  left: number;
  top: number;
}

/** Puts together what a block's windows answer. */
export interface Collector<F> {
  /** @throws CairnError `model-output-invalid` where the answer has another shape, or holds no such numbers. */
  take(seen: SeenWindow, answer: Answer): void;
  /** All of it. */
  found(): F;
}

/**
 * What a network's answer means: how the answers for the windows of a block become one, in the detector, and how that becomes
 * vectors, in the transformer. Both know the names of the classes, by the numbers that the network gives them. `F` is what goes
 * from one to the other: as it is within a process, else as a text.
 */
export interface ModelTask<F = unknown> {
  /** The network's outputs that are read. */
  readonly outputs: readonly string[];
  /** Name of the tensor between detector and transformer. */
  readonly edge: string;
  /** Whether the network itself answers one who sends an image of numbers: `probability` of one class. */
  readonly answersRaw: boolean;
  /** Whether each pixel has an answer of its own, by its neighbourhood: then windows may be put together before. */
  readonly isPixelwise: boolean;
  collector(place: BlockParameters): Collector<F>;
  pack(found: F): Promise<string>;
  /** @throws CairnError `input-invalid` where the text is not what `pack` made for that place. */
  unpack(text: string, place: BlockParameters): Promise<F>;
  /** What each block of a place holds, in the order of `coresOf`. */
  shapes(found: F, place: BlockParameters): Shapes[];
}

/** Makes a task for a network's classes, by number. `backgroundClass` is nothing that is looked for. */
export type TaskMaker<F> = (classes: readonly string[]) => ModelTask<F>;

/** The core at a place. */
export function coreOf({ coreX0: x0, coreY0: y0, coreX1: x1, coreY1: y1 }: BlockParameters): Box {
  return { x0, y0, x1, y1 };
}

/** The cores of the blocks at a place, row by row; they are counted from the imagery's top left. */
export function coresOf(place: BlockParameters): Box[] {
  const core = coreOf(place);
  const { block } = place;
  if (block === undefined) return [core];
  const starts = (from: number, to: number): number[] => {
    const first = Math.floor(from / block) + 1;
    return [from, ...Array.from({ length: Math.ceil(to / block) - first }, (_, i) => (first + i) * block)];
  };
  const columns = starts(core.x0, core.x1);
  const rows = starts(core.y0, core.y1);
  return rows.flatMap((y0, row) =>
    columns.map((x0, column) => ({ x0, y0, x1: columns[column + 1] ?? core.x1, y1: rows[row + 1] ?? core.y1 })),
  );
}
