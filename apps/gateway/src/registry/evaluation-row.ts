import type { DataRelation, Digest } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { VersionRow } from './version-row.ts';

/** A row of `cairn.evaluation`: what a version was found to do on the held-out part of a dataset as that was then. */
export interface EvaluationRow {
  /** The run in this installation's MLflow. */
  run_id: string;
  model: string;
  version: number;
  dataset: string;
  dataset_digest: Digest;
  relation: DataRelation;
  metrics: Record<string, number>;
  receipt: Digest;
  actor: string;
}

/** How the data stand to those that the version was trained on, as people read it. */
export const relationWords: Readonly<Record<DataRelation, string>> = {
  same: 'the data that it was trained on, whose test part was held out',
  overlapping: 'other data, of an area that overlaps the one that it was trained on: it may have seen some of it',
  apart: 'other data, of another area',
};

type Of = Pick<VersionRow, 'model' | 'version'>;

/** The newest evaluation of a version on data with that digest, or null. */
export async function findEvaluation(
  queryable: Queryable,
  { model, version }: Of,
  data: Digest,
): Promise<EvaluationRow | null> {
  const [row] = await queryable.query<EvaluationRow>(
    `select * from cairn.evaluation where model = $1 and version = $2 and dataset_digest = $3 order by seq desc limit 1`,
    [model, version, data],
  );
  return row ?? null;
}

/** The evaluation that a run made, or null. */
export async function evaluationOfRun(queryable: Queryable, runId: string): Promise<EvaluationRow | null> {
  const [row] = await queryable.query<EvaluationRow>('select * from cairn.evaluation where run_id = $1', [runId]);
  return row ?? null;
}

/** What a version was measured on, the newest of each content; not what was measured on data that were revoked since. */
export async function evaluationsOf(queryable: Queryable, { model, version }: Of): Promise<EvaluationRow[]> {
  return queryable.query<EvaluationRow>(
    `select distinct on (e.dataset, e.dataset_digest) e.* from cairn.evaluation e
     where e.model = $1 and e.version = $2
       and not exists (select 1 from cairn.revocation r where e.dataset_digest = any(r.digests))
     order by e.dataset, e.dataset_digest, e.seq desc`,
    [model, version],
  );
}

/** Keeps an evaluation, in the transaction that issues its receipt. */
export async function keepEvaluation(tx: Queryable, row: EvaluationRow): Promise<void> {
  await tx.query(
    `insert into cairn.evaluation
       (run_id, model, version, dataset, dataset_digest, relation, metrics, receipt, actor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.run_id,
      row.model,
      row.version,
      row.dataset,
      row.dataset_digest,
      row.relation,
      row.metrics,
      row.receipt,
      row.actor,
    ],
  );
}
