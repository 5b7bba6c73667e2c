import { CairnError, type FeedbackInfo, type NewFeedback } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';

/** How often an account may say something in an hour: more is a program that runs wild. */
export const mostInAnHour = 30;

type Row = Omit<FeedbackInfo, 'id' | 'at'> & { seq: number; at: Date };

/** What people say of Cairn, kept for whoever runs it. */
export class Feedback {
  readonly #database: Database;

  constructor(parts: { database: Database }) {
    this.#database = parts.database;
  }

  /**
   * Keeps what somebody says.
   * @throws CairnError `too-much-feedback` where the account has said much within the hour.
   */
  async give({ rating, words = '', view, receipt }: NewFeedback, actor: Actor): Promise<FeedbackInfo> {
    return this.#database.transaction(async (tx) => {
      // Of many at once each counts those before it.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`cairn.feedback:${actor.id}`]);
      const [recent] = await tx.query<{ count: number }>(
        `select count(*)::int as count from cairn.feedback where actor = $1 and at > now() - interval '1 hour'`,
        [actor.id],
      );
      if ((recent?.count ?? 0) >= mostInAnHour) {
        throw new CairnError('too-much-feedback', `${actor.id} said something ${mostInAnHour} times within an hour.`, {
          action: 'Wait an hour and say the rest then, or say it in one go: there is room for 2,000 letters.',
        });
      }
      const [row] = await tx.query<Row>(
        'insert into cairn.feedback (actor, rating, words, view, receipt) values ($1, $2, $3, $4, $5) returning *',
        [actor.id, rating, words.trim(), view, receipt ?? null],
      );
      await recordEvent(tx, actor, { kind: 'feedback.given', subject: `feedback:${row!.seq}`, data: { rating } });
      return toInfo(row!);
    });
  }

  /** What was said, the newest first; `before` goes on after the last that was told. */
  async list(limit: number, before?: number): Promise<FeedbackInfo[]> {
    const rows = await this.#database.query<Row>(
      'select * from cairn.feedback where $2::bigint is null or seq < $2 order by seq desc limit $1',
      [limit, before ?? null],
    );
    return rows.map(toInfo);
  }
}

function toInfo({ seq, at, actor, rating, words, view, receipt }: Row): FeedbackInfo {
  return { id: seq, at: at.toISOString(), actor, rating, words, view, receipt };
}
