import type { Digest as ReceiptDigest, Fact, FactsOf } from '@cairn/receipt';
import { calibrationFigures } from '../calibration.ts';
import { receiptDigest } from '../receipt-facts.ts';
import { type NewVersion, versionId } from '../version-row.ts';
import type { ImportedVersion } from './import-run.ts';
import type { CheckedPackage } from './check.ts';
import type { NewRevision, Trial } from './revision.ts';
import type { PackageSource } from './source.ts';

/** What the receipt of a package's registration states; all of it computed here from the uploaded bytes. */
export function registrationFacts(
  checked: CheckedPackage,
  source: PackageSource,
  { image = null, trial = null }: Pick<NewRevision, 'image' | 'trial'>,
): FactsOf<'registration'> {
  const { item, environment } = checked;
  const codeCommit =
    source.commit === null
      ? { commit: null, path: source.path, reason: source.reason }
      : { commit: source.commit, path: source.path };
  return {
    model: { value: checked.model, known: 'witnessed' },
    codeCommit: { value: codeCommit, known: 'witnessed' },
    packageDigest: { value: receiptDigest(checked.digest), known: 'witnessed' },
    environmentDigest: { value: receiptDigest(environment.digest), known: 'witnessed', source: environment.lock },
    ...(image === null ? {} : { imageDigest: imageFact(image) }),
    ...(trial === null ? {} : { trial: trialFact(trial) }),
    licences: {
      value: [{ title: item.properties.title, licence: item.properties.license, attribution: '' }],
      known: 'witnessed',
      source: 'stac-item.json',
    },
  };
}

function trialFact({ entryPoints, dataDigest, settings }: Trial): Fact<'trial'> {
  return { value: { entryPoints, dataDigest: receiptDigest(dataDigest), settings }, known: 'witnessed' };
}

function imageFact(image: string): { value: ReceiptDigest; known: 'witnessed'; source: string } {
  return { value: receiptDigest(image.slice(image.indexOf('@') + 1)), known: 'witnessed', source: image };
}

/**
 * What the receipt of a shipped version's import states. Weights and package were hashed here; of the run we know only
 * what its record tells.
 */
export function importFacts(version: Omit<NewVersion, 'receipt'>, { shipped }: ImportedVersion): FactsOf<'import'> {
  const { record, folder } = shipped;
  const told = { known: 'imported', source: `${folder}/run.json` } as const;
  return {
    model: { value: version.model, known: 'witnessed' },
    version: { value: versionId(version), known: 'witnessed' },
    packageDigest: { value: receiptDigest(version.package_digest), known: 'witnessed' },
    weightsDigest: { value: receiptDigest(version.weights_digest), known: 'witnessed' },
    environmentDigest: { value: receiptDigest(version.environment_digest), ...told },
    // This installation's MLflow holds the record as a run of its own.
    mlflowRun: { value: version.run_id, known: 'imported', source: `${folder}/run.json, run ${record.mlflow_run_id}` },
    datasetDigest: { value: { digest: receiptDigest(version.dataset_digest), dvcMd5: null }, ...told },
    parameters: { value: record.parameters, ...told },
    metrics: { value: record.metrics, ...told },
    seed: { value: record.seed, ...told },
    threads: { value: record.threads, ...told },
    cpuClass: { value: record.cpu.class, ...told },
    licences: {
      value: [{ title: record.data.title, licence: record.data.licence, attribution: record.data.attribution }],
      ...told,
    },
  };
}

/** The row of a shipped version. Its number is MLflow's. */
export function importedRow(
  checked: CheckedPackage,
  source: PackageSource,
  { shipped, run, modelVersion, files }: ImportedVersion,
): Omit<NewVersion, 'receipt'> {
  const { record, calibration, weights } = shipped;
  return {
    model: checked.model,
    version: modelVersion.version,
    name: shipped.name,
    title: record.title,
    weights_digest: weights.digest,
    package_digest: checked.digest,
    environment_digest: record.environment.lock_digest,
    commit: source.commit,
    run_id: run.runId,
    dataset_digest: record.dataset.digest,
    dataset: null,
    known: 'imported',
    data: record.data.kind,
    gsd: record.gsd,
    stride: record.stride,
    halo: record.halo,
    threshold: record.threshold,
    output: checked.output,
    metrics: { ...record.metrics, ...calibrationFigures(calibration) },
    bbox: record.dataset.extent,
    record,
    files,
  };
}
