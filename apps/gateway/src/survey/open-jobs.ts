import type { ProcessId } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';

/** The jobs that are not finished: what belongs to one of them is still being made. */
export class OpenJobs {
  readonly #jobs: readonly { id: string; process: ProcessId }[];

  private constructor(jobs: readonly { id: string; process: ProcessId }[]) {
    this.#jobs = jobs;
  }

  /** Read after the things that are to be judged: one of a job that ended meanwhile is complete by then. */
  static async read(queryable: Queryable): Promise<OpenJobs> {
    return new OpenJobs(
      await queryable.query("select id, process from cairn.job where status in ('accepted', 'running')"),
    );
  }

  has(id: string): boolean {
    return this.#jobs.some((job) => job.id === id);
  }

  /** Whether one of these processes is under way. */
  any(...processes: ProcessId[]): boolean {
    return this.#jobs.some(({ process }) => processes.includes(process));
  }
}
