import type { BlockParameters } from '@cairn/contracts';
import type { Shapes } from '@cairn/geo';
import type { Answer } from '../answer.ts';
import type { Window } from '../windows.ts';

/** One window of a block, as a task needs it to place what the network answers. Lengths and places are in pixels. */
export interface SeenWindow {
  window: Window;
  /** Edge of what the network sees: a core, and the halo on both sides. */
  edge: number;
  halo: number;
  /** The block's pixels, RGBA row by row; alpha 0 is no data. */
  rgba: Uint8Array;
  width: number;
  /** Where the window's top left pixel lies in them. */
  left: number;
  top: number;
}

/** What a block's windows answered, put together. */
export interface Collector {
  /** @throws CairnError `model-output-invalid` where the answer has another shape, or holds no such numbers. */
  take(seen: SeenWindow, answer: Answer): void;
  /** All of it as one text, which goes from the detector to the transformer. */
  packed(): Promise<string>;
}

/**
 * What a network's answer means: how the answers for the windows of a block become one, in the detector, and how that becomes
 * vectors, in the transformer. Both know the names of the classes, by the numbers that the network gives them.
 */
export interface ModelTask {
  /** The network's outputs that are read. */
  readonly outputs: readonly string[];
  /** Name of the tensor between detector and transformer. */
  readonly edge: string;
  /** Whether the network itself answers one who sends an image of numbers: `probability` of one class. */
  readonly answersRaw: boolean;
  /** Whether each pixel has an answer of its own, by its neighbourhood: then windows may be put together before. */
  readonly isPixelwise: boolean;
  collector(place: BlockParameters): Collector;
  /** @throws CairnError `input-invalid` where the text is not what a collector packed. */
  shapes(packed: string, place: BlockParameters): Promise<Shapes>;
}

/** Makes a task for a network's classes, by number. `backgroundClass` is nothing that is looked for. */
export type TaskMaker = (classes: readonly string[]) => ModelTask;

/** The core of the block at a place. */
export function coreOf({ coreX0: x0, coreY0: y0, coreX1: x1, coreY1: y1 }: BlockParameters) {
  return { x0, y0, x1, y1 };
}
