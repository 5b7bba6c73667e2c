import { randomUUID } from 'node:crypto';
import { CairnError, type JobStatus, type JobStep, type Problem, type ProcessId } from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import type { CheckedInputs } from './inputs.ts';
import { isFinished, type Job, jobColumns } from './job.ts';

/** Which jobs to list. */
export interface JobFilter {
  process?: ProcessId;
  status?: JobStatus;
  limit: number;
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
  async submit(process: ProcessId, checked: CheckedInputs, actor: Actor): Promise<{ job: Job; joined: boolean }> {
    return this.#database.transaction(async (tx) => {
      const [added] = await tx.query<Job>(
        `insert into cairn.job (id, process, inputs, inputs_digest, status, message, actor)
         values ($1, $2, $3, $4, 'accepted', 'waiting for a place', $5)
         on conflict (process, inputs_digest, actor) where ${open} do nothing
         returning ${jobColumns}`,
        [randomUUID(), process, checked.inputs, checked.digest, actor.id],
      );
      if (added !== undefined) {
        await recordEvent(tx, actor, { kind: 'job.accepted', subject: `job:${added.id}`, data: { process } });
        return { job: added, joined: false };
      }
      const [same] = await tx.query<Job>(
        `select ${jobColumns} from cairn.job where process = $1 and inputs_digest = $2 and actor = $3 and ${open}`,
        [process, checked.digest, actor.id],
      );
      if (same === undefined || same.cancel) {
        throw new CairnError('conflict', 'The same job is just ending.', { action: 'Send the request again.' });
      }
      return { job: same, joined: true };
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
      await recordEvent(tx, { id: job.actor }, event('started', job.id, { attempt: job.attempt }));
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
    await this.#database.query(
      `update cairn.job set progress = $3, message = $4, steps = $5, updated = clock_timestamp()
       where id = $2 and lease_owner = $1 and status = 'running'`,
      [owner, id, percent, message, steps],
    );
  }

  /** Ends a job; false where its lease has gone to another, who will end it. */
  async end(owner: string, id: string, ending: Ending, steps: JobStep[]): Promise<boolean> {
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
      await recordEvent(tx, { id: job.actor }, event(ending.status, id, data));
      return true;
    });
  }

  /** Asks for a job's end: one that waits is dismissed at once, one that runs is marked, a finished one stays as it is. */
  async cancel(id: string, actor: Actor): Promise<Job> {
    return this.#database.transaction(async (tx) => {
      const job = await find(tx, id, 'for update');
      if (isFinished(job) || job.cancel) return job;
      const waiting = job.status === 'accepted';
      const [changed] = await tx.query<Job>(
        waiting
          ? `update cairn.job set status = 'dismissed', cancel = true, message = '${words.dismissed}',
               finished = clock_timestamp(), updated = clock_timestamp() where id = $1 returning ${jobColumns}`
          : `update cairn.job set cancel = true, message = 'ending', updated = clock_timestamp()
             where id = $1 returning ${jobColumns}`,
        [id],
      );
      await recordEvent(tx, actor, event(waiting ? 'dismissed' : 'cancelled', id, {}));
      return changed!;
    });
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
    return find(this.#database, id, '');
  }

  /** Jobs, the newest first. */
  async list(filter: JobFilter): Promise<Job[]> {
    return this.#database.query<Job>(
      `select ${jobColumns} from cairn.job
       where ($1::text is null or process = $1) and ($2::text is null or status = $2)
       order by created desc, id limit $3`,
      [filter.process ?? null, filter.status ?? null, filter.limit],
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

async function find(queryable: Queryable, id: string, lock: '' | 'for update'): Promise<Job> {
  const [job] = await queryable.query<Job>(`select ${jobColumns} from cairn.job where id = $1 ${lock}`, [id]);
  if (job === undefined) {
    throw new CairnError('not-found', `There is no job ${id}.`, {
      where: id,
      action: 'Ask for /jobs to see the jobs.',
    });
  }
  return job;
}

function event(
  what: string,
  id: string,
  data: Record<string, unknown>,
): { kind: string; subject: string; data: Record<string, unknown> } {
  return { kind: `job.${what}`, subject: `job:${id}`, data };
}
