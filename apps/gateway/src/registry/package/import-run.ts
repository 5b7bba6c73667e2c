import { CairnError } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import type { ObjectStore } from '../../storage/objects.ts';
import type { MlflowClient } from '../mlflow/client.ts';
import type { MlflowModelVersion, MlflowRun } from '../mlflow/entities.ts';
import { shippedFiles, type VersionFiles } from '../version-files.ts';
import { type ShippedVersion, weightsPath } from './shipped.ts';

/** The tag by which an imported run is found again: the digest of its weights. */
export const importTag = 'cairn.import';

/** A shipped version as MLflow holds it. */
export interface ImportedVersion {
  shipped: ShippedVersion;
  run: MlflowRun;
  modelVersion: MlflowModelVersion;
  /** Its card and its pictures, which the object store holds. */
  files: VersionFiles;
}

/**
 * Makes MLflow hold a shipped version: a run with what its record tells (marked as imported, since nobody saw it here) and
 * everything that its run left as artifacts, and a model version over them. What an interrupted import left is found by
 * tag and completed; the weights that MLflow then holds have been read back and hashed.
 */
export async function importVersion(
  parts: { mlflow: MlflowClient; objects: ObjectStore },
  model: string,
  shipped: ShippedVersion,
): Promise<ImportedVersion> {
  const { mlflow, objects } = parts;
  const { record, weights } = shipped;
  const experimentId = await mlflow.experiment(model);
  const run = await mlflow.findOrCreateRun({
    experimentId,
    name: shipped.name,
    tag: importTag,
    value: weights.digest,
    tags: {
      'cairn.imported': 'true',
      'cairn.recorded_run': record.mlflow_run_id,
      'cairn.weights_digest': weights.digest,
      'cairn.dataset_digest': record.dataset.digest,
      'mlflow.source.name': `${model}/${shipped.folder}`,
      'mlflow.note.content': `Imported from the record that came with the package (${shipped.folder}/run.json); not run here.`,
      ...(record.commit === null ? {} : { 'mlflow.source.git.commit': record.commit }),
    },
  });
  if (run.status !== 'FINISHED' || !(await holdsWeights(mlflow, run, shipped))) {
    for (const { path, digest } of shipped.files) {
      await mlflow.uploadArtifact(run, path, await objects.readAll(digest));
    }
    await logRecord(mlflow, run, shipped);
    if (!(await holdsWeights(mlflow, run, shipped))) throw notHeld(shipped);
    await mlflow.endRun(run.runId, 'FINISHED');
  }
  await mlflow.findOrCreateModel(model, { 'cairn.model': model });
  const modelVersion = await mlflow.findOrCreateVersion(model, run, 'model', {
    'cairn.weights_digest': weights.digest,
    'cairn.imported': 'true',
  });
  return { shipped, run, modelVersion, files: await shippedFiles(shipped, objects) };
}

async function logRecord(mlflow: MlflowClient, run: MlflowRun, { record, folder }: ShippedVersion): Promise<void> {
  await mlflow.logBatch(run.runId, {
    parameters: Object.fromEntries(
      Object.entries({ ...record.parameters, seed: record.seed, threads: record.threads }).map(([name, value]) => [
        name,
        String(value),
      ]),
    ),
    // The run's own start, not the clock: logged again after an interruption it is the same point, not a second one.
    metrics: Object.entries(record.metrics).map(([key, value]) => ({ key, value, timestamp: run.startTime, step: 0 })),
    tags: { 'cairn.cpu_class': record.cpu.class, 'cairn.cpu_cap': record.cpu.cap },
  });
  await mlflow.logDataset(run.runId, {
    name: record.data.title,
    digest: record.dataset.digest,
    source: `${folder}/run.json`,
  });
}

async function holdsWeights(mlflow: MlflowClient, run: MlflowRun, { weights }: ShippedVersion): Promise<boolean> {
  const bytes = await mlflow.downloadArtifact(run, weightsPath);
  return bytes !== null && digestOf(bytes) === weights.digest;
}

function notHeld({ folder, weights }: ShippedVersion): CairnError {
  return new CairnError('mlflow-unavailable', `MLflow does not hold the weights of ${folder} (${weights.digest}).`, {
    where: folder,
    action: 'Look at the space on the disk and at the log of MLflow in the state folder (logs/), and try again.',
  });
}
