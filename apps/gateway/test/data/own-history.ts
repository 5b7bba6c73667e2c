import type { Entry } from '../../src/data/history.ts';
import type { History } from '../../src/data/shared-branch.ts';

/** The history of a repository that is not this installation's: without its database. */
export function ownHistory(): History {
  const entries: Entry[] = [];
  const lastOf = (entry: Entry): string => entry.commits.at(-1)!;
  return {
    tip: () => {
      const last = entries.at(-1);
      return Promise.resolve(last === undefined ? undefined : { seq: entries.length, commit: lastOf(last) });
    },
    holds: (commit) => Promise.resolve(entries.some(({ commits }) => commits.includes(commit))),
    since: (known) => {
      const from = entries.findLastIndex((entry) => known.includes(lastOf(entry))) + 1;
      return Promise.resolve(entries.slice(from).map(({ bundle }) => bundle));
    },
    append: (after, entry) => {
      if ((after?.seq ?? 0) !== entries.length) return Promise.resolve(false);
      entries.push(entry);
      return Promise.resolve(true);
    },
  };
}
