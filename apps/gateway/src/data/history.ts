import type { Database } from '../db/database.ts';

/** Where a history ends: its last commit, and which entry brought it. */
export interface Tip {
  seq: number;
  commit: string;
}

/** Commits that were published at once, and the Git bundle of them. */
export interface Entry {
  /** The oldest first. */
  commits: readonly string[];
  bundle: Uint8Array;
}

/**
 * The history of the data repository as all gateways of a database share it: entries that are only ever added to. A commit
 * takes less than a kilobyte, since Git keeps pointers and DVC's remote the data.
 */
export class DataHistory {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Where it ends; undefined where nothing was published yet. */
  async tip(): Promise<Tip | undefined> {
    const [row] = await this.#database.query<Tip>(
      'select seq, commits[cardinality(commits)] as commit from cairn.data_history order by seq desc limit 1',
    );
    return row;
  }

  /** Whether an entry holds a commit. */
  async holds(commit: string): Promise<boolean> {
    const rows = await this.#database.query('select from cairn.data_history where $1 = any (commits) limit 1', [
      commit,
    ]);
    return rows.length > 0;
  }

  /** The bundles, in order, of what came after the last entry that somebody who has these commits has whole. */
  async since(known: readonly string[]): Promise<Uint8Array[]> {
    const rows = await this.#database.query<{ bundle: Uint8Array }>(
      `select bundle from cairn.data_history where seq > (
         select coalesce(max(seq), 0) from cairn.data_history
         where commits[cardinality(commits)] = any (string_to_array($1, ','))
       ) order by seq`,
      [known.join()],
    );
    return rows.map(({ bundle }) => bundle);
  }

  /** Adds an entry right after a tip; false where another gateway was first, and nothing is added then. */
  async append(after: Tip | undefined, { commits, bundle }: Entry): Promise<boolean> {
    const rows = await this.#database.query(
      `insert into cairn.data_history (seq, commits, bundle) values ($1, string_to_array($2, ','), $3)
       on conflict (seq) do nothing returning seq`,
      [(after?.seq ?? 0) + 1, commits.join(), bundle],
    );
    return rows.length > 0;
  }
}
