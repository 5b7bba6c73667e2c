import type { Database } from '../../db/database.ts';
import type { JobContext } from '../../jobs/process.ts';
import type { MlflowClient } from '../mlflow/client.ts';
import { putRight } from '../mlflow/put-right.ts';
import type { Versions } from '../versions.ts';
import type { CheckedPackage } from './check.ts';
import { importTag } from './import-run.ts';

/**
 * Deletes from MLflow what the database does not know after a registration that failed: runs and versions of this package,
 * and the model itself where it has no revision. Where that cannot be done, the next attempt finds them by their tags and
 * goes on with them.
 */
export async function discard(
  { mlflow, database, versions }: { mlflow: MlflowClient; database: Database; versions: Versions },
  { model, versions: shipped }: CheckedPackage,
  context: JobContext,
): Promise<void> {
  const work = async (): Promise<void> => {
    const known = await database.query('select 1 from cairn.revision where model = $1 limit 1', [model]);
    if (known.length === 0) await mlflow.deleteModel(model);
    const held = known.length === 0 ? [] : await mlflow.modelVersions(model);
    const experimentId = await mlflow.experiment(model);
    for (const { weights } of shipped) {
      if ((await versions.byWeights(model, weights.digest)) !== null) continue;
      const run = await mlflow.findRun(experimentId, importTag, weights.digest);
      if (run === null) continue;
      for (const { version, runId } of held) if (runId === run.runId) await mlflow.deleteVersion(model, version);
      await mlflow.deleteRun(run.runId);
    }
  };
  await putRight(model, work, context);
}
