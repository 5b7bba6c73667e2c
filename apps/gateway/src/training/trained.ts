import { CairnError } from '@cairn/contracts';
import { digestOf, type FactsOf } from '@cairn/receipt';
import Value from 'typebox/value';
import type { Dataset } from '../data/dataset-item.ts';
import { softwareVersion } from '../platform/status.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import type { NetworkOutput } from '../registry/network-output.ts';
import { RunRecord } from '../registry/package/record.ts';
import type { RevisionRow } from '../registry/package/revision.ts';
import { weightsPath } from '../registry/package/shipped.ts';
import { receiptDigest } from '../registry/receipt-facts.ts';
import type { VersionFiles } from '../registry/version-files.ts';
import { type NewVersion, versionId } from '../registry/version-row.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/** What a training started from: all of it computed here. */
export interface Origin {
  revision: RevisionRow;
  dataset: Dataset;
  settings: Hyperparameters;
  /** What people call the trained version. */
  title: string;
}

/** What a training left in its run. */
export interface Trained {
  run: MlflowRun;
  weights: { digest: string; bytes: Uint8Array };
  record: RunRecord;
}

/** As {@link Trained}, with the card and pictures that the object store holds by now. */
export interface Kept extends Trained {
  files: VersionFiles;
}

/**
 * Reads what a training left among the artifacts of its run: weights and record. What Cairn knows by itself (package, commit,
 * environment, dataset, settings) stands in the record in place of what the steps say of it.
 * @throws CairnError `training-failed` where something is missing, or the record tells of other weights or other data.
 */
export async function readTrained(mlflow: MlflowClient, run: MlflowRun, origin: Origin): Promise<Trained> {
  const bytes = await artifact(mlflow, run, weightsPath);
  await artifact(mlflow, run, 'model/MLmodel');
  const digest = digestOf(bytes);
  const told = parse(await artifact(mlflow, run, recordFile));
  const { revision, dataset, settings, title } = origin;
  const { title: dataTitle, licence, attribution } = dataset;
  const record: unknown = {
    ...told,
    name: dataset.id,
    title,
    data: { kind: dataset.generated ? 'generated' : 'real', title: dataTitle, licence, attribution },
    commit: revision.commit,
    package_digest: revision.package_digest,
    environment: { ...(told['environment'] as object | undefined), lock_digest: revision.environment_digest },
    parameters: settings,
    mlflow_run_id: run.runId,
  };
  if (!Value.Check(RunRecord, record)) {
    const [error] = Value.Errors(RunRecord, record);
    throw refused(`In ${recordFile}, ${error?.instancePath ?? 'the record'} ${error?.message ?? 'does not fit'}.`);
  }
  if (record.weights.digest !== digest || record.weights.size !== bytes.length) {
    throw refused(`The weights of the run are not those that ${recordFile} tells of.`);
  }
  if (record.dataset.digest !== dataset.digest) {
    throw refused(`${recordFile} tells of other data (${record.dataset.digest}) than the steps were given.`);
  }
  return { run, weights: { digest, bytes }, record };
}

/** The row of a trained version, but for its receipt. `version` is MLflow's number. */
export function trainedRow(
  version: number,
  trained: Kept,
  origin: Origin,
  output: NetworkOutput,
): Omit<NewVersion, 'receipt'> {
  const { run, weights, record, files } = trained;
  const { revision, dataset } = origin;
  return {
    model: revision.model,
    version,
    name: record.name,
    title: record.title,
    weights_digest: weights.digest,
    package_digest: revision.package_digest,
    environment_digest: revision.environment_digest,
    commit: revision.commit,
    run_id: run.runId,
    dataset_digest: dataset.digest,
    dataset: dataset.id,
    known: 'witnessed',
    data: record.data.kind,
    gsd: record.gsd,
    stride: record.stride,
    halo: record.halo,
    threshold: record.threshold,
    output,
    metrics: record.metrics,
    bbox: dataset.bbox,
    record,
    files,
  };
}

/** What the receipt of a training states. Cairn ran it: weights, package and data were hashed here, the run is its own. */
export function trainingFacts(
  row: Omit<NewVersion, 'receipt'>,
  { record }: Trained,
  dataset: Dataset,
): FactsOf<'training'> {
  const seen = { known: 'witnessed' } as const;
  const { title, licence, attribution, dvcMd5 } = dataset;
  return {
    model: { value: row.model, ...seen },
    version: { value: versionId(row), ...seen },
    packageDigest: { value: receiptDigest(row.package_digest), ...seen },
    environmentDigest: { value: receiptDigest(row.environment_digest), ...seen },
    weightsDigest: { value: receiptDigest(row.weights_digest), ...seen },
    mlflowRun: { value: row.run_id, ...seen },
    dataset: { value: dataset.id, ...seen },
    datasetDigest: { value: { digest: receiptDigest(row.dataset_digest), dvcMd5 }, ...seen },
    parameters: { value: record.parameters, ...seen },
    ...measuredFacts(record),
    licences: { value: [{ title, licence, attribution }], known: 'witnessed', source: 'as told by who added the data' },
    softwareVersion: { value: softwareVersion, ...seen },
  };
}

/** What the steps of a run that happened here measured: under which conditions they worked, and with what figures. */
export function measuredFacts({ seed, threads, cpu, environment, metrics }: RunRecord) {
  const measured = { known: 'witnessed', source: 'measured by the steps of this run' } as const;
  return {
    seed: { value: seed, ...measured },
    threads: { value: threads, ...measured },
    cpuClass: { value: cpu.class, ...measured },
    cpuCap: { value: cpu.cap, ...measured },
    python: { value: environment.python, ...measured },
    platform: { value: environment.platform, ...measured },
    metrics: { value: metrics, ...measured },
  };
}

const recordFile = 'record.json';

async function artifact(mlflow: MlflowClient, run: MlflowRun, path: string): Promise<Uint8Array> {
  const bytes = await mlflow.downloadArtifact(run, path);
  if (bytes === null) throw refused(`The run left no ${path} among its artifacts.`);
  return bytes;
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below, as for JSON of another shape.
  }
  throw refused(`${recordFile} is no JSON object.`);
}

function refused(what: string): CairnError {
  return new CairnError('training-failed', what, {
    where: 'evaluate',
    action: 'Let the entry points log model/ and record.json to the run, as models/building-detector does.',
  });
}
