/** Anything that answers SQL: the database, or one transaction of it. */
export interface Queryable {
  /**
   * Runs one statement with `$1…` parameters and answers its rows. Objects given for `jsonb` are sent as JSON; `jsonb`
   * comes back parsed, `timestamptz` as `Date`, `bigint` and `numeric` as `number` where exact.
   */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The database port: PostgreSQL with PostGIS and pgSTAC. PGlite in a folder on a laptop, a server in a cluster; one
 * contract suite holds both (`test/db/contract.ts`). What `transaction` has resolved survives `kill -9`.
 */
export interface Database extends Queryable {
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Not re-entrant. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs a script of many statements (a migration) in one transaction. */
  script(sql: string): Promise<void>;
  /** Waits for what runs, then closes. */
  close(): Promise<void>;
}
