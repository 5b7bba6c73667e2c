import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from '../db/database.ts';
import type { JobContext } from './process.ts';

const everyMs = 250;

/** What jobs do one after the other, whichever gateway runs them: each has its turn at a name. */
export class Turns {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /**
   * Waits for the turn of a job, and does its work in it. The turn of a job that was killed is its own again when the job is taken up,
   * and that of one that has ended without giving it back is given to the next.
   * @throws what the work throws; the reason of the job's signal
   */
  async inTurn<T>(
    name: string,
    { jobId, signal, progress }: Pick<JobContext, 'jobId' | 'signal' | 'progress'>,
    work: () => Promise<T>,
  ): Promise<T> {
    for (let waits = false; !(await this.#take(name, jobId)); waits = true) {
      if (!waits) progress(5, 'Waiting for another job on the same');
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
    try {
      return await work();
    } finally {
      await this.#database.query('delete from cairn.turn where name = $1 and job_id = $2', [name, jobId]);
    }
  }

  async #take(name: string, job: string): Promise<boolean> {
    // Whoever waits is not first come, first served: there are few, and any order will do.
    const taken = await this.#database.query(
      `insert into cairn.turn (name, job_id) values ($1, $2)
       on conflict (name) do update set job_id = excluded.job_id
         where turn.job_id = excluded.job_id
            or not exists (select from cairn.job where id = turn.job_id and status in ('accepted', 'running'))
       returning job_id`,
      [name, job],
    );
    return taken.length > 0;
  }
}
