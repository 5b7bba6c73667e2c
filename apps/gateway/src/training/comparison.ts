import type { Difference } from '@cairn/contracts';
import { libraryDifference } from './lock.ts';

/** Under which conditions a run trained; null where nothing tells. */
export interface Conditions {
  /** Digest of the environment's lock. */
  environment: string;
  /** The text of that lock; null where it is not held here. */
  lock: string | null;
  python: string | null;
  platform: string | null;
  /** Class of the processor. */
  processor: string | null;
  /** Widest vector instructions that it was held to. */
  cap: string | null;
  threads: number | null;
  seed: number | null;
  /** File set digest of the training data. */
  data: string;
  /** File set digest of the package. */
  package: string;
  settings: Readonly<Record<string, unknown>>;
}

/** The conditions in the order in which they are told: what most often changes weights, and is least in sight, first. */
const order = [
  ['environment', 'library', 'environment'],
  ['environment', 'Python', 'python'],
  ['environment', 'platform', 'platform'],
  ['processor', 'processor', 'processor'],
  ['processor', 'cap on instructions', 'cap'],
  ['threads', 'threads', 'threads'],
  ['seed', 'seed', 'seed'],
  ['data', 'dataset digest', 'data'],
  ['package', 'package digest', 'package'],
] as const satisfies readonly [Difference['what'], string, keyof Conditions][];

/** Settings that stand among the conditions by themselves. */
const namedAlready: ReadonlyMap<string, Difference['what']> = new Map([
  ['seed', 'seed'],
  ['threads', 'threads'],
  ['cpu_cap', 'processor'],
]);

/** In what two runs differ as far as it is recorded, the weightiest first. */
export function differencesOf(recorded: Conditions, found: Conditions): Difference[] {
  const differences: Difference[] = [];
  const add = (what: Difference['what'], title: string, was: unknown, is: unknown): void => {
    const [before, after] = [String(was), String(is)];
    differences.push({ what, recorded: before, found: after, words: `${title} ${before}, now ${after}` });
  };
  for (const [what, title, name] of order) {
    const [was, is] = [recorded[name], found[name]];
    if (was === null || is === null || was === is) continue;
    const library = name === 'environment' ? libraryDifference(recorded.lock, found.lock) : null;
    if (library !== null) add(what, title, library.recorded, library.found);
    else add(what, name === 'environment' ? "environment's lock" : title, was, is);
  }
  const names = new Set([...Object.keys(recorded.settings), ...Object.keys(found.settings)]);
  for (const name of [...names].sort()) {
    const [was, is] = [recorded, found].map(({ settings }) =>
      Object.hasOwn(settings, name) ? settings[name] : undefined,
    );
    const told = differences.some(({ what }) => what === namedAlready.get(name));
    if (!told && was !== is)
      add(namedAlready.get(name) ?? 'settings', `setting ${name}`, was ?? 'not there', is ?? 'not there');
  }
  return differences;
}
