import type { Digest } from '@cairn/contracts';
import { canonicalJson, digestHex, digestOf, type TensorList } from '@cairn/receipt';
import type { Queryable } from '../../db/database.ts';
import type { ProductionVersion } from '../../registry/versions.ts';

/** A row of `cairn.inference`. */
export interface InferenceRow {
  id: string;
  model: string;
  version: number;
  /** Digest of the list of the tensors that were asked with. */
  input_digest: Digest;
  /** Digest of the list of the tensors that were answered. */
  output_digest: Digest;
  receipt: Digest;
  actor: string;
}

/**
 * The id of an inference: by version, its approval, what was asked and what was answered. Equal ones have equal ids, and
 * a receipt of one tells of the other.
 */
export function inferenceId(version: ProductionVersion, input: TensorList, output: TensorList): string {
  const { model, version: number, weights_digest: weights, approval } = version;
  const told = { model, version: number, weights, approval: approval.receipt };
  const digest = digestOf(canonicalJson({ ...told, input: input.digest, output: output.digest }));
  return digestHex(digest).slice(0, 20);
}

/** The inference with an id, or null. */
export async function inferenceOf(queryable: Queryable, id: string): Promise<InferenceRow | null> {
  const [row] = await queryable.query<InferenceRow>('select * from cairn.inference where id = $1', [id]);
  return row ?? null;
}

/** Writes an inference's row. */
export async function insertInference(tx: Queryable, row: InferenceRow): Promise<void> {
  await tx.query(
    `insert into cairn.inference (id, model, version, input_digest, output_digest, receipt, actor)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.model, row.version, row.input_digest, row.output_digest, row.receipt, row.actor],
  );
}
