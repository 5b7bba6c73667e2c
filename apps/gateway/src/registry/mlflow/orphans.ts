import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../../db/database.ts';
import type { MlflowClient } from './client.ts';

/** The tag by which a run names the job that it belongs to. */
export const jobTag = 'cairn.job';

/**
 * Ends the runs that nobody works on any more. A gateway that is killed leaves the run of its job RUNNING; where that job is
 * then cancelled, or ended for good, nothing else would ever end it. Runs of people's own, which name no job, are left alone.
 */
export class OrphanRuns {
  readonly #database: Database;
  readonly #mlflow: MlflowClient;
  readonly #logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;

  constructor(options: { database: Database; mlflow: MlflowClient; logger: Pick<FastifyBaseLogger, 'info' | 'warn'> }) {
    this.#database = options.database;
    this.#mlflow = options.mlflow;
    this.#logger = options.logger;
  }

  /**
   * Ends each run whose job is finished (FAILED where the job failed) or not known here (KILLED); answers how many it ended.
   * @throws CairnError `mlflow-unavailable`.
   */
  async close(): Promise<number> {
    const runs = await this.#mlflow.runningRuns(jobTag);
    if (runs.length === 0) return 0;
    const jobs = await this.#database.query<{ id: string; status: string }>(
      'select id, status from cairn.job where id = any($1::text[])',
      [runs.map(({ tags }) => tags[jobTag])],
    );
    const statusOf = new Map(jobs.map(({ id, status }) => [id, status]));
    const orphans = runs.filter(({ tags }) => !open.has(statusOf.get(tags[jobTag] ?? '')));
    for (const { runId, tags } of orphans) {
      const job = tags[jobTag] ?? '';
      await this.#mlflow.endRun(runId, statusOf.get(job) === 'failed' ? 'FAILED' : 'KILLED');
      this.#logger.info({ run: runId, job }, 'ended an MLflow run that nobody works on any more');
    }
    return orphans.length;
  }

  /** As {@link close}, for one who does not wait: called when MLflow woke. What fails is tried when it wakes again. */
  closeSoon(): void {
    this.close().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'Runs of MLflow that nobody works on could not be ended');
    });
  }
}

const open = new Set<string | undefined>(['accepted', 'running']);
