import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Datasets } from '../data/datasets.ts';
import type { DataRepository } from '../data/repository.ts';
import type { Database } from '../db/database.ts';
import type { Tokens } from '../identity/tokens.ts';
import { keepOuterIds } from '../jobs/outer-ids.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import type { Runner } from '../jobs/runner/runner.ts';
import type { Receipts } from '../receipts/receipts.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import type { Outbox } from '../registry/outbox.ts';
import { PackageFiles } from '../registry/package/files.ts';
import { ownSchemas, type PackageItem, readItem } from '../registry/package/item.ts';
import { type MlProject, readMlProject } from '../registry/package/mlproject.ts';
import { latestRevision } from '../registry/package/revision.ts';
import { versionSubjects } from '../registry/receipt-facts.ts';
import { versionItem } from '../registry/version-item.ts';
import { type VersionRow, versionId, versionSubject } from '../registry/version-row.ts';
import type { Versions } from '../registry/versions.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { folderDigest } from './folder-digest.ts';
import { settle } from './hyperparameters.ts';
import { type Origin, readTrained, type Trained, trainedRow, trainingFacts } from './trained.ts';
import { places, trainingPlan } from './training-plan.ts';
import { TrainingRuns } from './training-run.ts';

type Inputs = ProcessInput<'train-model'>;
type Result = ProcessResult<'train-model'>;

/** What training needs. */
export interface TrainModelParts {
  database: Database;
  objects: ObjectStore;
  catalog: Catalog;
  receipts: Receipts;
  versions: Versions;
  datasets: Datasets;
  repository: DataRepository;
  mlflow: MlflowClient;
  outbox: Outbox;
  tokens: Tokens;
  runner: Runner;
  /** Address of the gateway, at which the steps reach MLflow. */
  address: () => string;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/** The package of a training, read. */
interface Package {
  files: PackageFiles;
  item: PackageItem;
  project: MlProject;
}

/**
 * The process `train-model`: the newest revision of a model's package is run on a dataset as it is pinned now, and leaves a
 * candidate version. Approval is another act, by another person.
 *
 * What goes into the run is hashed here first: the package's files and the pulled data. The steps log into one MLflow run by
 * a token of their job. What they leave is read back from that run; weights, receipt, item and candidate are then kept in
 * one transaction. A failed or cancelled training ends its run and leaves no version; one that was interrupted by the
 * gateway's end begins again, or, where its steps had all ended, goes on from what they left.
 */
export class TrainModel implements Process<'train-model'> {
  readonly id = 'train-model';
  readonly #parts: TrainModelParts;
  readonly #runs: TrainingRuns;

  constructor(parts: TrainModelParts) {
    this.#parts = parts;
    this.#runs = new TrainingRuns(parts);
  }

  /**
   * @throws CairnError `not-found` for the model or the dataset, `input-invalid` for a setting, `digest-mismatch`,
   * `training-failed`, `data-versioning-failed`, `mlflow-unavailable`, `tools-missing`, `uv-missing`, `disk-full`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    context.step('Bring package and data');
    context.progress(1, 'Reading the model and the dataset');
    const { origin, pack } = await this.#origin(inputs);
    context.signal.throwIfAborted();
    context.progress(2, 'Waking MLflow');
    const run = (await this.#runs.completed(context.jobId, origin)) ?? (await this.#train(origin, pack, context));
    context.step('Register the version');
    context.progress(94, 'Reading what the training left');
    const trained = await readTrained(this.#parts.mlflow, run, origin);
    return this.#register(trained, origin, pack, context);
  }

  async #origin({ model, dataset: id, hyperparameters = {} }: Inputs): Promise<{ origin: Origin; pack: Package }> {
    const { database, objects, datasets } = this.#parts;
    const revision = await latestRevision(database, model);
    if (revision === null) {
      throw new CairnError('not-found', `There is no model ${model}.`, {
        where: '/inputs/model',
        action: 'Register its package first, or look at the collection "models" of the catalogue for those there are.',
      });
    }
    const files = new PackageFiles(revision.files, objects);
    const item = await readItem(files);
    const project = readMlProject(await files.text('MLproject'));
    const dataset = await datasets.get(id);
    const settings = await settle(hyperparameters, item, files);
    const title = `${item.properties.title}, trained on ${dataset.title}`;
    return { origin: { revision, dataset, settings, title }, pack: { files, item, project } };
  }

  /** Runs the package; answers the MLflow run that its steps have left whole. */
  async #train(origin: Origin, pack: Package, context: JobContext): Promise<MlflowRun> {
    const { database, tokens, mlflow, runner, address } = this.#parts;
    const folder = join(this.#parts.workFolder, context.jobId);
    const plan = trainingPlan(pack.project, origin.settings, origin.title);
    let run: MlflowRun | undefined;
    try {
      await this.#lay(folder, origin, pack, context);
      run = await this.#runs.start(context.jobId, origin, context.actor.id);
      const runId = run.runId;
      const token = await database.transaction(async (tx) => {
        await keepOuterIds(tx, context.jobId, { mlflowRun: runId });
        return tokens.issueJob(tx, context.jobId, context.actor);
      });
      await runner.run(plan, {
        folder,
        tracking: { uri: `${address()}/mlflow`, token, experimentId: run.experimentId, runId },
        environment: origin.revision.commit === null ? {} : { CAIRN_SOURCE_COMMIT: origin.revision.commit },
        signal: context.signal,
        progress: (percent, message) => context.progress(percent, message),
        step: (name) => context.step(name),
        log: (line) => context.log(line),
      });
      await this.#runs.complete(run);
      return run;
    } catch (error) {
      if (run !== undefined) await this.#endBadly(mlflow, run, context);
      throw error;
    } finally {
      await database.transaction((tx) => tokens.revokeJob(tx, context.jobId));
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Lays package and data into the job's folder, both held to their digests. */
  async #lay(folder: string, { revision, dataset }: Origin, pack: Package, context: JobContext): Promise<void> {
    const { objects, repository } = this.#parts;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await objects.materialise(pack.files.own, join(folder, places.package));
    expectDigest(
      await folderDigest(join(folder, places.package)),
      revision.package_digest,
      `package ${revision.model}`,
    );
    context.progress(4, 'Bringing the data from DVC');
    await repository.pull(dataset.id, dataset.dvcMd5, join(folder, places.dataset), context);
    context.progress(7, 'Comparing the data with its digest');
    expectDigest(await folderDigest(join(folder, places.dataset)), dataset.digest, `dataset ${dataset.id}`);
    context.log(`package ${revision.package_digest}, dataset ${dataset.digest}: as registered`);
  }

  async #endBadly(mlflow: MlflowClient, run: MlflowRun, context: JobContext): Promise<void> {
    try {
      await mlflow.endRun(run.runId, context.signal.aborted ? 'KILLED' : 'FAILED');
    } catch (error) {
      context.log(`The MLflow run ${run.runId} could not be ended: ${String(error)}`);
    }
  }

  async #register(trained: Trained, origin: Origin, pack: Package, context: JobContext): Promise<Result> {
    const { database, objects, versions, mlflow, outbox } = this.#parts;
    const { model } = origin.revision;
    const { size } = await objects.put(trained.weights.bytes, trained.weights.digest);
    const known = await versions.byWeights(model, trained.weights.digest);
    if (known !== null) {
      // A training may be repeated: the same bits are the same version, and its receipt stands.
      context.log(`these are the weights of version ${versionId(known)}, bit by bit`);
      return resultOf(known, trained.run.runId);
    }
    context.signal.throwIfAborted();
    context.progress(96, 'Writing the version to the catalogue');
    await mlflow.findOrCreateModel(model, { 'cairn.model': model });
    const { version } = await mlflow.findOrCreateVersion(model, trained.run, 'model', {
      'cairn.weights_digest': trained.weights.digest,
      'cairn.job': context.jobId,
    });
    try {
      const row = await database.transaction((tx) => this.#commit(tx, version, trained, origin, pack, size, context));
      outbox.kick();
      return resultOf(row, row.run_id);
    } catch (error) {
      await mlflow.deleteVersion(model, version).catch((left: unknown) => {
        context.log(`The MLflow version ${model}/${version} could not be deleted: ${String(left)}`);
      });
      throw error;
    }
  }

  async #commit(
    tx: Parameters<Parameters<Database['transaction']>[0]>[0],
    version: number,
    trained: Trained,
    origin: Origin,
    { item, files }: Package,
    size: number,
    context: JobContext,
  ): Promise<VersionRow> {
    const { catalog, receipts, versions } = this.#parts;
    const unreceipted = trainedRow(version, trained, origin);
    const { digest: receipt } = await receipts.issue(tx, {
      kind: 'training',
      subject: versionSubject(unreceipted),
      facts: trainingFacts(unreceipted, trained, origin.dataset),
      subjects: versionSubjects(unreceipted),
      upstream: [origin.revision.receipt, origin.dataset.receipt],
    });
    const row = { ...unreceipted, receipt };
    const described = versionItem(row, item, size, new Date().toISOString());
    await catalog.upsert(tx, described, await ownSchemas(item, files));
    return versions.propose(tx, row, context.actor);
  }
}

function expectDigest(found: Digest, expected: Digest, what: string): void {
  if (found === expected) return;
  throw new CairnError('digest-mismatch', `The bytes of the ${what} have the digest ${found}, not ${expected}.`, {
    where: what,
    action: 'The state folder was changed or damaged: add it again, or restore the folder from a backup.',
  });
}

function resultOf(row: VersionRow, runId: string): Result {
  const { weights_digest: weightsDigest, metrics, receipt } = row;
  return { version: versionId(row), runId, weightsDigest, metrics, receipt };
}
