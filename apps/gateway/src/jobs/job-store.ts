import { randomUUID } from 'node:crypto';
import { CairnError, type JobStatus, type JobStep, type Problem, type ProcessId } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import { storableJson, storableText } from '../db/storable.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { recordUsage } from '../usage/ledger.ts';
import type { Usage } from '../usage/meter.ts';
import type { Rates } from '../usage/rates.ts';
import { noteCallbacks, subscribe, type Subscriber } from './callbacks/subscriber.ts';
import type { CheckedInputs } from './inputs.ts';
import { acceptJob, cancelJob, findJob, jobEvent } from './job-change.ts';
import { type Job, jobColumns } from './job.ts';
import type { Answer } from './results.ts';

/** Which jobs to list: those for which all of it holds. */
export interface JobFilter {
  /** No job at all: those of a type that there is none of. */
  nothing?: boolean;
  processes?: readonly ProcessId[];
  /** Processes whose jobs are not told. */
  hidden?: readonly ProcessId[];
  statuses?: readonly JobStatus[];
  /** Who asked for them. */
  account?: string;
  /** When it was created. */
  from?: Date;
  to?: Date;
  /** How long it ran, in seconds, up to now where it still does. */
  minSeconds?: number;
  maxSeconds?: number;
  /** The last job of the page before. */
  after?: JobPlace;
  limit: number;
}

/** The place of a job in the list: microseconds since 1970 of its creation, and its id. */
export interface JobPlace {
  micros: number;
  id: string;
}

/** What a request wants beside the run itself. */
export interface Wishes {
  answer: Answer;
  subscriber?: Subscriber;
}

/** How a run of a job ended. */
export type Ending =
  | { status: 'successful'; result: Record<string, unknown> }
  | { status: 'failed'; problem: Problem }
  | { status: 'dismissed' };

const open = "status in ('accepted', 'running')";
// A job may be started: it waits, or runs with nobody holding its lease.
const free =
  "(status = 'accepted' or (status = 'running' and (lease_until is null or lease_until < clock_timestamp())))";

/**
 * The rows of the jobs. Every change of state is one transaction with its event, and holds only where the row is still
 * in the state that it starts from.
 */
export class JobStore {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Adds a job, or answers the same account's identical one that is not finished. */
  async submit(
    process: ProcessId,
    checked: CheckedInputs,
    actor: Actor,
    { answer, subscriber }: Wishes = { answer: {} },
  ): Promise<{ job: Job; joined: boolean }> {
    return this.#database.transaction(async (tx) => {
      const added = await acceptJob(tx, process, checked, actor, answer);
      if (added !== null) {
        if (subscriber !== undefined) await subscribe(tx, added.id, subscriber);
        return { job: added, joined: false };
      }
      const [same] = await tx.query<Job>(
        `select ${jobColumns} from cairn.job where process = $1 and inputs_digest = $2 and actor = $3 and ${open}`,
        [process, checked.digest, actor.id],
      );
      if (same === undefined || same.cancel) {
        throw new CairnError('conflict', 'The same job is just ending.', { action: 'Send the request again.' });
      }
      if (subscriber !== undefined) {
        await subscribe(tx, same.id, subscriber);
        if (same.status === 'running') await noteCallbacks(tx, same.id, 'inProgress');
      }
      return { job: same, joined: true };
    });
  }

  /** Adds a job that is successful at once, by a result that was there. */
  async answered(
    process: ProcessId,
    checked: CheckedInputs,
    actor: Actor,
    result: Record<string, unknown>,
    { answer, subscriber }: Wishes,
  ): Promise<Job> {
    return this.#database.transaction(async (tx) => {
      const [job] = await tx.query<Job>(
        `insert into cairn.job (id, process, inputs, inputs_digest, status, message, actor, answer, result, progress, finished)
         values ($1, $2, $3, $4, 'successful', 'the result was there already', $5, $6, $7, 100, clock_timestamp())
         returning ${jobColumns}`,
        [randomUUID(), process, checked.inputs, checked.digest, actor.id, answer, result],
      );
      const { id } = job!;
      await recordEvent(tx, actor, jobEvent('accepted', id, { process }));
      await recordEvent(tx, actor, jobEvent('successful', id, { stored: true }));
      if (subscriber !== undefined) {
        await subscribe(tx, id, subscriber);
        await noteCallbacks(tx, id, 'success');
      }
      return job!;
    });
  }

  /**
   * Takes the oldest free job of some processes and starts its next attempt; null where there is none. What the owner runs
   * itself is not free, even where a sleeping machine has let its lease run out.
   */
  async claim(
    owner: string,
    processes: readonly ProcessId[],
    running: readonly string[],
    leaseMs: number,
  ): Promise<Job | null> {
    return this.#database.transaction(async (tx) => {
      const [job] = await tx.query<Job>(
        `update cairn.job set status = 'running', attempt = attempt + 1, started = coalesce(started, clock_timestamp()),
           steps = '[]', message = case when attempt = 0 then 'starting' else 'starting again after an interruption' end,
           lease_owner = $1, lease_until = clock_timestamp() + make_interval(secs => $2), updated = clock_timestamp()
         where id = (select id from cairn.job where ${free} and process = any (string_to_array($3, ','))
                       and id <> all (string_to_array($4, ','))
                     order by created, id limit 1 for update skip locked)
         returning ${jobColumns}`,
        [owner, leaseMs / 1000, processes.join(), running.join()],
      );
      if (job === undefined) return null;
      await recordEvent(tx, { id: job.actor }, jobEvent('started', job.id, { attempt: job.attempt }));
      await noteCallbacks(tx, job.id, 'inProgress');
      return job;
    });
  }

  /** Holds the leases of running jobs for longer; answers those that the owner still holds, and which of them are to end. */
  async renew(owner: string, running: readonly string[], leaseMs: number): Promise<{ id: string; cancel: boolean }[]> {
    if (running.length === 0) return [];
    return this.#database.query(
      `update cairn.job set lease_until = clock_timestamp() + make_interval(secs => $2)
       where lease_owner = $1 and status = 'running' and id = any (string_to_array($3, ',')) returning id, cancel`,
      [owner, leaseMs / 1000, running.join()],
    );
  }

  /** Writes how far a job is, if its lease is still this owner's. */
  async progress(owner: string, id: string, percent: number, message: string, steps: JobStep[]): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ begun: boolean }>(
        `update cairn.job set progress = $3, message = $4, steps = $5, updated = clock_timestamp()
         where id = $2 and lease_owner = $1 and status = 'running'
         returning (select jsonb_array_length(steps) from cairn.job where id = $2) <> $6 as begun`,
        [owner, id, percent, storableText(message), steps, steps.length],
      );
      if (row?.begun === true) await noteCallbacks(tx, id, 'inProgress');
    });
  }

  /** Writes what an attempt used so far. */
  async use(job: Job, usage: Usage, rates: Rates): Promise<void> {
    await recordUsage(this.#database, job, usage, rates);
  }

  /**
   * Ends a job; false where its lease has gone to another, who will end it. Words of a package or a server may hold what the database
   * does not take: a job that could not be ended for that would be run again and again.
   */
  async end(owner: string, id: string, told: Ending, steps: JobStep[]): Promise<boolean> {
    const ending = storableJson(told);
    return this.#database.transaction(async (tx) => {
      const [job] = await tx.query<{ actor: string }>(
        `update cairn.job set status = $3, result = $4, problem = $5, lease_owner = null, lease_until = null,
           progress = case when $3 = 'successful' then 100 else progress end,
           message = $6, steps = $7, finished = clock_timestamp(), updated = clock_timestamp()
         where id = $2 and lease_owner = $1 and status = 'running' returning actor`,
        [
          owner,
          id,
          ending.status,
          ending.status === 'successful' ? ending.result : null,
          ending.status === 'failed' ? ending.problem : null,
          ending.status === 'failed' ? ending.problem.detail : words[ending.status],
          steps,
        ],
      );
      if (job === undefined) return false;
      const data = ending.status === 'failed' ? { code: ending.problem.code } : {};
      await recordEvent(tx, { id: job.actor }, jobEvent(ending.status, id, data));
      await noteCallbacks(tx, id, ending.status === 'successful' ? 'success' : 'failed');
      return true;
    });
  }

  /** Asks for a job's end: one that waits is dismissed at once, one that runs is marked, a finished one stays as it is. */
  async cancel(id: string, actor: Actor): Promise<Job> {
    return this.#database.transaction((tx) => cancelJob(tx, id, actor));
  }

  /** Gives leases back, so that another start takes the jobs up at once. */
  async release(owner: string): Promise<void> {
    await this.#database.query(
      "update cairn.job set lease_owner = null, lease_until = null where lease_owner = $1 and status = 'running'",
      [owner],
    );
  }

  /** Names of those who hold leases. */
  async owners(): Promise<string[]> {
    const rows = await this.#database.query<{ owner: string }>(
      "select distinct lease_owner as owner from cairn.job where status = 'running' and lease_owner is not null",
    );
    return rows.map(({ owner }) => owner);
  }

  /** @throws CairnError `not-found`. */
  async get(id: string): Promise<Job> {
    return findJob(this.#database, id);
  }

  /** A page of jobs, the newest first, and the place of its last one where others follow. */
  async list(filter: JobFilter): Promise<{ jobs: Job[]; next: JobPlace | null }> {
    if (filter.nothing === true) return { jobs: [], next: null };
    // A place is told to the microsecond, as the database keeps it: a Date knows milliseconds only.
    const micros = '(extract(epoch from created) * 1000000)::bigint';
    const seconds = 'extract(epoch from coalesce(finished, clock_timestamp()) - started)';
    const rows = await this.#database.query<Job & { micros: number }>(
      `select ${jobColumns}, ${micros} as micros from cairn.job
       where ($1::text is null or process = any (string_to_array($1, ',')))
         and ($2::text is null or status = any (string_to_array($2, ',')))
         and ($3::timestamptz is null or created >= $3) and ($4::timestamptz is null or created <= $4)
         and ($5::double precision is null or ${seconds} >= $5) and ($6::double precision is null or ${seconds} <= $6)
         and ($7::bigint is null or (${micros}, id) < ($7, $8::text))
         and process <> all (string_to_array($10, ',')) and ($11::text is null or actor = $11)
       order by created desc, id desc limit $9`,
      [
        filter.processes?.join() ?? null,
        filter.statuses?.join() ?? null,
        filter.from ?? null,
        filter.to ?? null,
        filter.minSeconds ?? null,
        filter.maxSeconds ?? null,
        filter.after?.micros ?? null,
        filter.after?.id ?? null,
        filter.limit + 1,
        (filter.hidden ?? []).join(),
        filter.account ?? null,
      ],
    );
    const jobs = rows.slice(0, filter.limit);
    const last = jobs.at(-1);
    return {
      jobs,
      next: rows.length > jobs.length && last !== undefined ? { micros: last.micros, id: last.id } : null,
    };
  }

  /**
   * The jobs that wait, run, or ended within so many seconds: the newest first, as many as one page shows.
   * @param hidden processes whose jobs are not told
   */
  async active(seconds: number, hidden: readonly ProcessId[]): Promise<Job[]> {
    return this.#database.query<Job>(
      `select ${jobColumns} from cairn.job
       where (${open} or finished > clock_timestamp() - make_interval(secs => $1))
         and process <> all (string_to_array($2, ','))
       order by created desc, id desc limit 50`,
      [seconds, hidden.join()],
    );
  }

  /** An account as an actor, for a job that is taken up without the request that started it. */
  async actor(id: string): Promise<Actor> {
    const [row] = await this.#database.query<Pick<Actor, 'roles'>>('select roles from cairn.account where id = $1', [
      id,
    ]);
    return { id, roles: row?.roles ?? [] };
  }
}

const words = { successful: 'done', dismissed: 'cancelled' } as const;
