import type { Database, Queryable } from '../db/database.ts';
import { held, type Lease, parametersOf } from '../jobs/lease.ts';
import {
  type FeatureBytes,
  type FeaturePiece,
  type FeaturePlace,
  headLength,
  pieceOf,
  pieceSize,
} from './feature-log.ts';

/** What was read of a log: its series, and pieces that follow each other. */
interface Read {
  series: string;
  pieces: { place: number; lines: Uint8Array }[];
}

/** The logs of buildings in rows of the database: a copy, piece by piece, of the file of the gateway that finds them. */
export class FeatureLogTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The place behind the last line of a log; null where there is no log. */
  async end(jobId: string): Promise<FeaturePlace | null> {
    const [row] = await this.#database.query<FeaturePlace>(
      `select series, coalesce((select place + octet_length(lines) from cairn.feature_piece p
         where p.job_id = l.job_id order by place desc limit 1), $2) as "offset"
       from cairn.feature_log l where job_id = $1`,
      [jobId, headLength],
    );
    return row ?? null;
  }

  /** Begins a series without lines in the place of what there is; false where the lease is another's. */
  async begin(lease: Lease, series: string): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      if ((await tx.query(held, parametersOf(lease))).length === 0) return false;
      await tx.query(
        `insert into cairn.feature_log (job_id, series) values ($1, $2)
         on conflict (job_id) do update set series = excluded.series, whole = false, added = clock_timestamp()`,
        [lease.jobId, series],
      );
      await tx.query('delete from cairn.feature_piece where job_id = $1', [lease.jobId]);
      return true;
    });
  }

  /**
   * Adds a piece to its series; false where the lease is another's. One that is there already, since its answer was lost on the
   * way, is replaced: by then it may have more lines.
   */
  async add(lease: Lease, { place: { series, offset }, bytes }: FeatureBytes): Promise<boolean> {
    const rows = await this.#database.query(
      `with held as (${held}), log as (
         update cairn.feature_log set added = clock_timestamp() where job_id = (select id from held) and series = $4
         returning job_id
       ), piece as (
         insert into cairn.feature_piece (job_id, place, lines) select job_id, $5::bigint, $6::bytea from log
         on conflict (job_id, place) do update set lines = excluded.lines
           where octet_length(excluded.lines) > octet_length(feature_piece.lines)
       )
       select job_id from log`,
      [...parametersOf(lease), series, offset, bytes],
    );
    return rows.length > 0;
  }

  /** Says that a log holds every building of its job, if the lease still holds. */
  async finish(lease: Lease): Promise<void> {
    await this.#database.query(
      `with held as (${held}) update cairn.feature_log set whole = true where job_id = (select id from held)`,
      parametersOf(lease),
    );
  }

  /** As `FeatureLogs.read`: null also where the job has ended and not every line is there. */
  async read(jobId: string, after: FeaturePlace | undefined): Promise<FeaturePiece | null> {
    const read = await readFrom(this.#database, jobId, after);
    if (read === null) return null;
    const { series, pieces } = read;
    const from = after?.series === series ? after.offset : headLength;
    if (beginsLine(pieces, from)) return pieceOf(bytesFrom(read, from));
    const again = await readFrom(this.#database, jobId, { series, offset: headLength });
    return again === null ? null : pieceOf(bytesFrom(again, headLength));
  }

  /** Deletes a log, if the lease still holds. */
  async drop(lease: Lease): Promise<void> {
    await this.#database.query(
      `with held as (${held}) delete from cairn.feature_log where job_id = (select id from held)`,
      parametersOf(lease),
    );
  }

  /** Deletes the logs of ended jobs to which nothing was added for so many milliseconds. */
  async dropOld(age: number): Promise<void> {
    await this.#database.query(
      `delete from cairn.feature_log l using cairn.job j
       where j.id = l.job_id and j.status not in ('accepted', 'running')
         and l.added < clock_timestamp() - make_interval(secs => $1)`,
      [age / 1000],
    );
  }
}

/**
 * What a log holds behind a place, about a piece of it, from the piece on in which the place is; from its beginning where the
 * place is of another series. One statement, since the series may change between two.
 */
async function readFrom(
  queryable: Queryable,
  jobId: string,
  after: FeaturePlace = { series: '', offset: 0 },
): Promise<Read | null> {
  const rows = await queryable.query<{ series: string; place: number | null; lines: Uint8Array }>(
    `select l.series, p.place, p.lines
     from cairn.feature_log l
     join cairn.job j on j.id = l.job_id
     cross join lateral (select case when l.series = $2 then $3::bigint else 0 end as "from") a
     left join lateral (
       select place, lines from (
         select place, lines, octet_length(lines) as size, sum(octet_length(lines)) over (order by place) as total
         from cairn.feature_piece
         where job_id = l.job_id and place + octet_length(lines) > a."from" and place >= coalesce(
           (select max(place) from cairn.feature_piece where job_id = l.job_id and place <= a."from"), 0)
         order by place limit 64
       ) q where total <= $4 or total = size
     ) p on true
     where l.job_id = $1 and (l.whole or j.status in ('accepted', 'running'))
     order by p.place`,
    [jobId, after.series, after.offset, pieceSize],
  );
  const [first] = rows;
  if (first === undefined) return null;
  return { series: first.series, pieces: rows.flatMap(({ place, lines }) => (place === null ? [] : { place, lines })) };
}

/** Whether a line begins at a place; also where the log does not reach so far yet. */
function beginsLine([first]: Read['pieces'], offset: number): boolean {
  if (offset < headLength) return false;
  if (first === undefined || first.place === offset) return true;
  return first.lines[offset - 1 - first.place] === 10;
}

function bytesFrom({ series, pieces }: Read, offset: number): FeatureBytes {
  const bytes = Buffer.concat(pieces.map(({ lines }) => lines)).subarray(offset - (pieces[0]?.place ?? offset));
  return { place: { series, offset }, bytes };
}
