import type { Queryable } from '../db/database.ts';

/** What a job owns outside the database, by name. MLflow's door holds the job's token to `mlflowRun`. */
export interface OuterIds {
  mlflowRun: string;
  /** The workflow that runs its steps, where a cluster does. */
  workflow?: string;
}

/** Notes what a job owns outside, before the job works with it. */
export async function keepOuterIds(queryable: Queryable, jobId: string, ids: OuterIds): Promise<void> {
  await queryable.query('update cairn.job set outer_ids = outer_ids || $2::jsonb where id = $1', [jobId, ids]);
}
