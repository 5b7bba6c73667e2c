import type { EventInfo, EventPage } from '@cairn/contracts';
import type { Database } from '../db/database.ts';

/** Which events; all of it holds together. */
export interface EventFilter {
  /** A part of the subject. */
  subject?: string;
  /** A kind, or what stands before its dot. */
  kind?: string;
  account?: string;
  /** Times as RFC 3339 has them: at `from` or later, before `to`. */
  from?: string;
  to?: string;
}

interface EventRow {
  seq: number;
  at: Date;
  actor: string;
  kind: string;
  subject: string;
  data: Record<string, unknown>;
}

/** For how long an event may be written before its transaction ends, and is still told to whoever follows the log. */
const lateMs = 30_000;
/** The most events that are told at once to whoever follows. */
const mostAtOnce = 500;

const fits = `($1::text is null or position($1 in subject) > 0)
  and ($2::text is null or kind = $2 or kind like replace(replace($2, '\\', '\\\\'), '_', '\\_') || '.%')
  and ($3::text is null or actor = $3)
  and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)`;

/** The event log, as administrators read it. */
export class EventLog {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Events before a place in the log, the newest first. */
  async list(filter: EventFilter, limit: number, before?: number): Promise<EventPage> {
    const rows = await this.#database.query<EventRow>(
      `select * from cairn.event where ${fits} and ($6::bigint is null or seq < $6) order by seq desc limit $7`,
      [...parameters(filter), before ?? null, limit + 1],
    );
    const events = rows.slice(0, limit).map(toInfo);
    const last = events.at(-1);
    return { events, ...(rows.length > limit && last !== undefined ? { next: last.seq } : {}) };
  }

  /**
   * Answers, each time that it is called, the events that came since: those behind a place in the log at first, or behind its
   * present end. Places are given before a transaction ends, so one may come behind a later one: the last half minute is
   * looked at again each time, and none is told twice.
   */
  follower(filter: EventFilter, behind?: number): () => Promise<EventInfo[]> {
    const told = new Set<number>();
    let floor = behind;
    return async () => {
      floor ??= await this.#end();
      const calm = await this.#calmAfter(floor);
      const limit = mostAtOnce + told.size;
      const rows = await this.#database.query<EventRow>(
        `select * from cairn.event where ${fits} and seq > $6 order by seq limit $7`,
        [...parameters(filter), floor, limit],
      );
      const news = rows.filter(({ seq }) => !told.has(seq));
      for (const { seq } of news) told.add(seq);
      // Also past what the filter leaves out: else one that hardly anything fits would have the log read again each time.
      floor = rows.length < limit ? calm : Math.min(calm, rows.at(-1)!.seq);
      for (const seq of told) if (seq <= floor) told.delete(seq);
      return news.map(toInfo);
    };
  }

  /** The last event behind a floor, or the floor, before the first of the last half minute: nothing is waited for below it. */
  async #calmAfter(floor: number): Promise<number> {
    const [row] = await this.#database.query<{ calm: number }>(
      `with first as (
         select min(seq) as seq from cairn.event
         where seq > $1 and at >= clock_timestamp() - make_interval(secs => $2))
       select coalesce(max(event.seq), $1) as calm from cairn.event, first
       where event.seq > $1 and (first.seq is null or event.seq < first.seq)`,
      [floor, lateMs / 1000],
    );
    return row!.calm;
  }

  async #end(): Promise<number> {
    const [row] = await this.#database.query<{ seq: number | null }>('select max(seq) as seq from cairn.event');
    return row?.seq ?? 0;
  }
}

function parameters({ subject, kind, account, from, to }: EventFilter): unknown[] {
  return [subject ?? null, kind ?? null, account ?? null, from ?? null, to ?? null];
}

function toInfo({ seq, at, actor, kind, subject, data }: EventRow): EventInfo {
  return { seq, at: at.toISOString(), account: actor, kind, subject, data };
}
