import type { Queryable } from '../db/database.ts';

/** What a job owns outside the database, by name. MLflow's door holds the job's token to `mlflowRun`. */
export interface OuterIds {
  mlflowRun: string;
  /** The workflow that runs its steps, where a cluster does. */
  workflow?: string;
}

/** The MLflow run of a job; null where there is none, or no such job. */
export async function mlflowRunOf(queryable: Queryable, jobId: string): Promise<string | null> {
  const [row] = await queryable.query<{ run: string | null }>(
    "select outer_ids->>'mlflowRun' as run from cairn.job where id = $1",
    [jobId],
  );
  return row?.run ?? null;
}

/** Notes what a job owns outside, before the job works with it. */
export async function keepOuterIds(queryable: Queryable, jobId: string, ids: OuterIds): Promise<void> {
  await queryable.query('update cairn.job set outer_ids = outer_ids || $2::jsonb where id = $1', [jobId, ids]);
}
