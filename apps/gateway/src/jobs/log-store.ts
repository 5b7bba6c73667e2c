import type { Queryable } from '../db/database.ts';
import { held, type Lease, parametersOf } from './lease.ts';

/** A line of a log, and the place behind it, in bytes of UTF-8 from the log's beginning. */
export interface LogLine {
  line: string;
  end: number;
}

/** How much of a log is read at once, in bytes, and the longest line that is told whole. */
const readSize = 256 * 1024;

/**
 * The logs of jobs, as pieces in rows of the database: every gateway of it reads the same, and whoever takes a job up goes on
 * in the same log.
 */
export class LogStore {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Where the log of a job ends, in bytes; 0 where it has none. */
  async end(job: string): Promise<number> {
    const [last] = await this.#database.query<{ end: number }>(
      'select place + octet_length(text) as "end" from cairn.job_log where job_id = $1 order by place desc limit 1',
      [job],
    );
    return last?.end ?? 0;
  }

  /**
   * Adds a piece at the end of a log, in bytes; false, and nothing is added, where the lease has gone to another or the job has
   * ended. A piece that is there already (its answer was lost on the way) is not added twice.
   */
  async add(lease: Lease, place: number, text: string): Promise<boolean> {
    const rows = await this.#database.query(
      `with held as (${held}), added as (
         insert into cairn.job_log (job_id, place, text) select id, $4, $5 from held on conflict do nothing
       )
       select id from held`,
      [...parametersOf(lease), place, text],
    );
    return rows.length > 0;
  }

  /** The whole log of a job so far; empty where it has none. */
  async whole(job: string): Promise<string> {
    const [log] = await this.#database.query<{ text: string | null }>(
      "select string_agg(text, '' order by place) as text from cairn.job_log where job_id = $1",
      [job],
    );
    return log?.text ?? '';
  }

  /** Whole lines of a log from a place on, as many as are read at once; none where nothing new is there. */
  async lines(job: string, from: number): Promise<LogLine[]> {
    const read = await this.#read(job, from);
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = read.indexOf(10); end !== -1; end = read.indexOf(10, start)) {
      lines.push({ line: read.toString('utf8', start, end), end: from + end + 1 });
      start = end + 1;
    }
    // A line longer than that is told in parts, or nothing after it would ever be told.
    if (lines.length === 0 && read.length === readSize) {
      return [{ line: read.toString('utf8'), end: from + readSize }];
    }
    return lines;
  }

  async #read(job: string, from: number): Promise<Buffer> {
    // The first may begin before the place. One that ends there is not sent: who follows a job asks ten times a second.
    const pieces = await this.#database.query<{ place: number; text: string }>(
      `select place, text from cairn.job_log
       where job_id = $1 and place < $2::bigint + $3::bigint and place + octet_length(text) > $2::bigint
         and place >= coalesce((select max(place) from cairn.job_log where job_id = $1 and place <= $2::bigint), 0)
       order by place`,
      [job, from, readSize],
    );
    const [first] = pieces;
    if (first === undefined) return Buffer.alloc(0);
    const read = Buffer.from(pieces.map(({ text }) => text).join(''));
    return read.subarray(from - first.place, from - first.place + readSize);
  }
}
