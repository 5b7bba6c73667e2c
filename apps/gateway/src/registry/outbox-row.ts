import type { Queryable } from '../db/database.ts';

/**
 * Notes, in the transaction of a change, that MLflow has to be told how a version is now. The note does not say what
 * changed: whoever delivers it reads the version's state of that moment, so notes may be lost in each other, repeated or
 * delivered late and MLflow still ends up equal.
 */
export async function mirrorLater(
  tx: Queryable,
  { model, version }: { model: string; version: number },
): Promise<void> {
  await tx.query("insert into cairn.mlflow_outbox (model, version, kind) values ($1, $2, 'mirror')", [model, version]);
}
