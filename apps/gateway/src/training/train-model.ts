import { type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { canonicalJson, digestOf } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import type { Dataset } from '../data/dataset-item.ts';
import type { Datasets } from '../data/datasets.ts';
import type { DatasetPinning } from '../data/pinning.ts';
import type { Queryable } from '../db/database.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { calibrationOf } from '../registry/calibration.ts';
import { putRight } from '../registry/mlflow/put-right.ts';
import { networkOutput } from '../registry/network-output.ts';
import type { Outbox } from '../registry/outbox.ts';
import { ownSchemas } from '../registry/package/item.ts';
import { versionSubjects } from '../registry/receipt-facts.ts';
import { keepRunFiles } from '../registry/version-files.ts';
import { versionItem } from '../registry/version-item.ts';
import { type NewVersion, type VersionRow, versionId, versionSubject } from '../registry/version-row.ts';
import type { Versions } from '../registry/versions.ts';
import { settle } from './hyperparameters.ts';
import type { RunOrigin } from './job-run.ts';
import { type Package, type PackageRunParts, PackageRuns, newestPackage } from './package-run.ts';
import { findRun, keepRun } from './receipted-run.ts';
import { type Kept, type Origin, readTrained, type Trained, trainedRow, trainingFacts } from './trained.ts';
import { trainingPlan } from './training-plan.ts';

type Inputs = ProcessInput<'train-model'>;
type Result = ProcessResult<'train-model'>;

/** What training needs. */
export interface TrainModelParts extends PackageRunParts {
  catalog: Catalog;
  receipts: Receipts;
  versions: Versions;
  datasets: Datasets;
  pinning: DatasetPinning;
  outbox: Outbox;
}

/**
 * The process `train-model`: the newest revision of a model's package is run on a dataset as it is pinned now, or on data of
 * a DVC repository, which are pinned here first, and leaves a candidate version. Approval is another act, by another person.
 *
 * What goes into the run is hashed here first: the package's files and the pulled data. The steps log into one MLflow run by
 * a token of their job. What they leave is read back from that run; weights, receipt, item and candidate are then kept in
 * one transaction. A failed or cancelled training ends its run and leaves no version; one that was interrupted by the
 * gateway's end begins again, or, where its steps had all ended, goes on from what they left.
 */
export class TrainModel implements Process<'train-model'> {
  readonly id = 'train-model';
  readonly #parts: TrainModelParts;
  readonly #runs: PackageRuns;

  constructor(parts: TrainModelParts) {
    this.#parts = parts;
    this.#runs = new PackageRuns(parts);
  }

  /**
   * @throws CairnError `not-found` for the model or the dataset, `input-invalid` for a setting, `digest-mismatch`,
   * `training-failed`, `calibration-invalid`, `data-versioning-failed`, `mlflow-unavailable`, `tools-missing`, `uv-missing`,
   * `disk-full`; for data that are fetched as `DatasetPinning.fetch`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { origin, pack } = await this.#origin(inputs, context);
    context.step('Bring package and data');
    const plan = trainingPlan(pack.project, origin.settings, origin.title);
    const run = await this.#runs.run({ origin: runOrigin(origin), pack, plan }, context);
    context.step('Register the version');
    context.progress(94, 'Reading what the training left');
    const trained = await readTrained(this.#parts.mlflow, run, origin);
    return this.#register(trained, origin, pack, context);
  }

  async #origin(inputs: Inputs, context: JobContext): Promise<{ origin: Origin; pack: Package }> {
    const { model, hyperparameters = {} } = inputs;
    const { revision, pack } = await newestPackage(model, this.#parts);
    const settings = await settle(hyperparameters, pack.item, pack.files);
    const dataset = await this.#dataset(inputs, context);
    const title = `${pack.item.properties.title}, trained on ${dataset.title}`;
    return { origin: { revision, dataset, settings, title }, pack };
  }

  /** What is trained on. Only when all else is known to fit are data fetched. */
  async #dataset({ dataset: id = '', dvc }: Inputs, context: JobContext): Promise<Dataset> {
    const { datasets, pinning } = this.#parts;
    if (dvc === undefined) return datasets.get(id);
    const { url, rev, path, ...told } = dvc;
    const progress: JobContext['progress'] = (percent, words) => context.progress(percent / 50, words);
    return (await pinning.fetch({ url, rev, path }, told, '/inputs/dvc', { ...context, progress })).dataset;
  }

  async #register(trained: Trained, origin: Origin, pack: Package, context: JobContext): Promise<Result> {
    const { database, objects, versions, mlflow, outbox } = this.#parts;
    const { model } = origin.revision;
    await objects.put(trained.weights.bytes, trained.weights.digest);
    const known = await versions.byWeights(model, trained.weights.digest);
    if (known !== null) return this.#repeated(known, trained, origin, context);
    const kept = { ...trained, files: await keepRunFiles(mlflow, trained.run, objects) };
    // What a package left must hold before anybody is told so sure a figure.
    await calibrationOf({ files: kept.files, weights_digest: trained.weights.digest }, objects);
    context.signal.throwIfAborted();
    context.progress(96, 'Writing the version to the catalogue');
    await mlflow.findOrCreateModel(model, { 'cairn.model': model });
    try {
      const { version } = await mlflow.findOrCreateVersion(model, trained.run, 'model', {
        'cairn.weights_digest': trained.weights.digest,
        'cairn.job': context.jobId,
      });
      const row = await database.transaction((tx) => this.#commit(tx, version, kept, origin, pack, context));
      outbox.kick();
      return resultOf(row, trained, origin, row.receipt);
    } catch (error) {
      await putRight(`run ${trained.run.runId}`, () => this.#unregister(model, trained), context);
      throw error;
    }
  }

  /** Deletes from MLflow the version of a run that the database does not know. */
  async #unregister(model: string, { run, weights }: Trained): Promise<void> {
    const { mlflow, versions } = this.#parts;
    if ((await versions.byWeights(model, weights.digest)) !== null) return;
    for (const { version, runId } of await mlflow.modelVersions(model)) {
      if (runId === run.runId) await mlflow.deleteVersion(model, version);
    }
  }

  /** The same bits are the same version, and its receipt stands; the run that made them again has one of its own. */
  async #repeated(known: VersionRow, trained: Trained, origin: Origin, context: JobContext): Promise<Result> {
    const { database } = this.#parts;
    context.log(`these are the weights of version ${versionId(known)}, bit by bit`);
    const kept = await findRun(database, trained.run.runId);
    const row = trainedRow(known.version, { ...trained, files: known.files }, origin, known.output);
    const receipt = kept?.receipt ?? (await database.transaction((tx) => this.#issue(tx, row, trained, origin)));
    return resultOf(known, trained, origin, receipt);
  }

  async #commit(
    tx: Queryable,
    version: number,
    trained: Kept,
    origin: Origin,
    { item, files }: Package,
    context: JobContext,
  ): Promise<VersionRow> {
    const { catalog, versions } = this.#parts;
    const unreceipted = trainedRow(version, trained, origin, networkOutput(item));
    const row = { ...unreceipted, receipt: await this.#issue(tx, unreceipted, trained, origin) };
    const described = versionItem(row, item, trained.weights.bytes, new Date().toISOString());
    await catalog.upsert(tx, described, await ownSchemas(item, files));
    return versions.propose(tx, row, context.actor);
  }

  async #issue(tx: Queryable, row: Omit<NewVersion, 'receipt'>, trained: Trained, origin: Origin): Promise<Digest> {
    const { digest: receipt } = await this.#parts.receipts.issue(tx, {
      kind: 'training',
      subject: versionSubject(row),
      facts: trainingFacts(row, trained, origin.dataset),
      subjects: versionSubjects(row),
      upstream: [origin.revision.receipt, origin.dataset.receipt],
    });
    await keepRun(tx, { run_id: row.run_id, model: row.model, version: row.version, receipt });
    return receipt;
  }
}

/** A training for MLflow: the same package, data and settings are the same one. */
function runOrigin({ revision, dataset, settings, title }: Origin): RunOrigin {
  const key = digestOf(canonicalJson([revision.package_digest, dataset.digest, settings]));
  return { revision, dataset, key, title };
}

function resultOf(row: VersionRow, { run }: Trained, { dataset }: Origin, receipt: Digest): Result {
  const { weights_digest: weightsDigest, metrics } = row;
  return { version: versionId(row), dataset: dataset.id, runId: run.runId, weightsDigest, metrics, receipt };
}
