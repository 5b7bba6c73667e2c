import type { Digest } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';

/** A row of `cairn.training_run`: an MLflow run that a training left whole, and the receipt that tells of it. */
export interface ReceiptedRun {
  run_id: string;
  model: string;
  /** The version that has its weights; a training that was repeated made no new one. */
  version: number;
  receipt: Digest;
}

/** Notes a training's run, in the transaction that keeps its receipt. */
export async function keepRun(tx: Queryable, run: ReceiptedRun): Promise<void> {
  await tx.query(
    `insert into cairn.training_run (run_id, model, version, receipt) values ($1, $2, $3, $4)
     on conflict (run_id) do update set version = excluded.version, receipt = excluded.receipt`,
    [run.run_id, run.model, run.version, run.receipt],
  );
}

/** A training's run, or null. */
export async function findRun(queryable: Queryable, runId: string): Promise<ReceiptedRun | null> {
  const [row] = await queryable.query<ReceiptedRun>(
    'select run_id, model, version, receipt from cairn.training_run where run_id = $1',
    [runId],
  );
  return row ?? null;
}
