import { digestOf } from '@cairn/receipt';
import type { Digest } from '@cairn/contracts';
import type { MlflowClient } from '../../registry/mlflow/client.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Finding } from '../finding.ts';

/** Bytes that a run left among its artifacts, and that the object store holds too. */
export interface RunBytes {
  run_id: string;
  path: string;
  digest: Digest;
}

/** How such bytes come back where the object store lost them: from the run, where that holds the same ones still. */
export async function wayBack(
  { run_id: runId, path, digest }: RunBytes,
  { objects, mlflow }: { objects: ObjectStore; mlflow: MlflowClient },
  otherwise: string,
): Promise<Pick<Finding, 'action' | 'mend'>> {
  const run = await mlflow.findRunById(runId);
  const bytes = run === null ? null : await mlflow.downloadArtifact(run, path);
  if (bytes === null || digestOf(bytes) !== digest) return { action: otherwise };
  return {
    action: `They are taken from the run ${runId} in MLflow, which holds the same bytes.`,
    mend: async () => {
      await objects.put(bytes, digest);
    },
  };
}
