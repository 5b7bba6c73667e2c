import type { Queryable } from '../db/database.ts';

/** One thing that does not fit the rest. */
export interface Finding {
  what: string;
  where: string;
  /** What repairing does, or what somebody has to do where it cannot be repaired from here. */
  action: string;
  /** Mends what lies outside the database. Doing it twice does no harm. */
  mend?: () => Promise<void>;
  /** Mends the database, in the transaction that notes the repair. */
  change?: (tx: Queryable) => Promise<void>;
}

/** Looks at one kind of thing. Cheap, unless `deep`: then stored bytes are hashed. Changes nothing. */
export interface Check {
  readonly name: string;
  look(deep: boolean): Promise<Finding[]>;
}
