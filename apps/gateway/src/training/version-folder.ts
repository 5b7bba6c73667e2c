import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { calibrationFile } from '../registry/calibration.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import { weightsPath } from '../registry/package/shipped.ts';
import type { VersionRow } from '../registry/version-row.ts';
import type { ObjectStore } from '../storage/objects.ts';

const modelFolder = dirname(weightsPath);

/**
 * Lays what a version keeps into a folder, as `evaluate` takes it: `model/`, as MLflow holds it, `record.json`, and
 * `calibration.json` where the version has one. Weights and calibration are those that the version is known by.
 * @throws CairnError `digest-mismatch` where their bytes changed, `not-found` where they are gone, `mlflow-unavailable`.
 */
export async function layVersion(
  { mlflow, objects }: { mlflow: MlflowClient; objects: ObjectStore },
  version: VersionRow,
  folder: string,
): Promise<void> {
  const run = await mlflow.findRunById(version.run_id);
  for (const path of run === null ? [] : await filesBelow(mlflow, run, modelFolder)) {
    const bytes = path === weightsPath ? null : await mlflow.downloadArtifact(run!, path);
    if (bytes === null) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const calibration = version.files[calibrationFile];
  const kept = calibration === undefined ? [] : [{ path: calibrationFile, digest: calibration.digest }];
  await objects.materialise([{ path: weightsPath, digest: version.weights_digest }, ...kept], folder);
  await writeFile(join(folder, 'record.json'), JSON.stringify(version.record));
}

async function filesBelow(mlflow: MlflowClient, run: MlflowRun, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const artifact of await mlflow.listArtifacts(run, folder)) {
    files.push(...(artifact.folder ? await filesBelow(mlflow, run, artifact.path) : [artifact.path]));
  }
  return files;
}
