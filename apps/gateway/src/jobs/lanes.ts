import type { ProcessId } from '@cairn/contracts';

/** Processes that share a number of places: a job waits for a place in its own lane only. */
export interface Lane {
  processes: readonly ProcessId[];
  /** How many of its jobs run at the same time. */
  places: number;
}

/**
 * The lanes of a gateway. A training takes every core for a quarter of an hour: it has a lane of its own, so that neither
 * a mapper's prediction nor the preparation of the next training waits for it.
 */
export const lanes: readonly Lane[] = [
  { processes: ['predict'], places: 2 },
  { processes: ['add-imagery', 'add-dataset', 'register-model'], places: 2 },
  // Nobody waits for a shadow: one at a time, and that one makes way (see `Precedence`).
  { processes: ['shadow-prediction'], places: 1 },
  { processes: ['draw-examples'], places: 1 },
  { processes: ['train-model', 'reproduce-run', 'evaluate-version'], places: 1 },
];
