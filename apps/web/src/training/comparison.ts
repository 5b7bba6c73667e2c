import type { RunInfo } from '@cairn/contracts';

/** A row of a comparison: what a name stands for in each run, in their order; undefined where a run has none. */
export interface Row<V> {
  name: string;
  values: (V | undefined)[];
}

/** The parameters in which runs differ, by name; what is the same in all tells nothing. */
export function differingParameters(runs: readonly Pick<RunInfo, 'parameters'>[]): Row<string>[] {
  return rowsOf(runs.map(({ parameters }) => parameters)).filter(({ values }) => new Set(values).size > 1);
}

/** The last figures of runs, by name; what the machine did is left out. */
export function metricRows(runs: readonly Pick<RunInfo, 'metrics'>[]): Row<number>[] {
  return rowsOf(runs.map(({ metrics }) => metrics)).filter(({ name }) => !name.startsWith('system/'));
}

function rowsOf<V>(all: readonly Record<string, V>[]): Row<V>[] {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
  return names.map((name) => ({ name, values: all.map((one) => one[name]) }));
}
