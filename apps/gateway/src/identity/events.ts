import type { Queryable } from '../db/database.ts';
import type { Actor } from './actor.ts';

/** What happened to what: kept for ever, in the order in which it was committed. */
export interface CairnEvent {
  /** Noun and past participle, as `version.approved`. */
  kind: string;
  /** The thing, as `version:building-detector/1`. */
  subject: string;
  data?: Record<string, unknown>;
}

/** Writes an event row. Called with the transaction that makes the change, so that neither is without the other. */
export async function recordEvent(tx: Queryable, actor: Pick<Actor, 'id'>, event: CairnEvent): Promise<void> {
  await tx.query('insert into cairn.event (actor, kind, subject, data) values ($1, $2, $3, $4)', [
    actor.id,
    event.kind,
    event.subject,
    event.data ?? {},
  ]);
}
