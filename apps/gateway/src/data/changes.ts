import type { DatasetDiff } from '@cairn/contracts';

/** Things that changed in one way: how many, and the first of them by name. */
export type Changes = DatasetDiff['chips']['added'];

const named = 100;

/** Counts names and keeps the first 100, sorted. */
export function changesOf(names: readonly string[]): Changes {
  return { count: names.length, names: [...names].sort().slice(0, named) };
}
