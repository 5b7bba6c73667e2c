import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { canonicalJson, digestOf, type FactsOf } from '@cairn/receipt';
import { join } from 'node:path';
import type { Dataset } from '../data/dataset-item.ts';
import type { Datasets } from '../data/datasets.ts';
import { recordEvent } from '../identity/events.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Receipts } from '../receipts/receipts.ts';
import {
  evaluationOfRun,
  type EvaluationRow,
  findEvaluation,
  keepEvaluation,
  relationWords,
} from '../registry/evaluation-row.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import { findRevision, type RevisionRow } from '../registry/package/revision.ts';
import { receiptDigest, versionSubjects } from '../registry/receipt-facts.ts';
import { demandUnrevoked } from '../registry/revocation.ts';
import { type VersionRow, versionId, versionSubject } from '../registry/version-row.ts';
import type { Versions } from '../registry/versions.ts';
import { readEvaluated } from './evaluated.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { type PackageRunParts, PackageRuns, readPackage } from './package-run.ts';
import { relationOf } from './relation.ts';
import { evaluationPlan, places } from './training-plan.ts';
import { layVersion } from './version-folder.ts';

type Inputs = ProcessInput<'evaluate-version'>;
type Result = ProcessResult<'evaluate-version'>;

/** What an evaluation needs. */
export interface EvaluateVersionParts extends PackageRunParts {
  receipts: Receipts;
  versions: Versions;
  datasets: Datasets;
}

/** What is measured on what. */
interface Task {
  version: VersionRow;
  dataset: Dataset;
}

/**
 * The process `evaluate-version`: a version is measured on the held-out part of a dataset as it is pinned now, by the entry
 * points of its own revision with the settings that it was trained with. The figures are kept beside those that are recorded
 * for it and change nothing of them. One that was measured on these very data before is answered by that, unless it is to be
 * measured again.
 */
export class EvaluateVersion implements Process<'evaluate-version'> {
  readonly id = 'evaluate-version';
  readonly #parts: EvaluateVersionParts;
  readonly #runs: PackageRuns;

  constructor(parts: EvaluateVersionParts) {
    this.#parts = parts;
    this.#runs = new PackageRuns(parts);
  }

  /** The evaluation of the same version on the same data. What cannot be answered is told by the run. */
  async stored(inputs: Inputs): Promise<Result | null> {
    try {
      return await this.#stored(inputs, await this.#task(inputs));
    } catch (error) {
      if (error instanceof CairnError) return null;
      throw error;
    }
  }

  /**
   * @throws CairnError `not-found` for the version or the dataset, `revoked`, `evaluation-failed`, `digest-mismatch`,
   * `package-invalid`, `data-versioning-failed`, `mlflow-unavailable`, `tools-missing`, `uv-missing`, `disk-full`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    context.step('Bring package and data');
    context.progress(1, 'Reading the version and the dataset');
    const task = await this.#task(inputs);
    const stored = await this.#stored(inputs, task);
    if (stored !== null) return stored;
    const { version, dataset } = task;
    const revision = await this.#revision(version);
    const { run, settings } = await this.#measure(task, revision, context);
    context.step('Keep the figures');
    context.progress(94, 'Reading what the evaluation left');
    const kept = await evaluationOfRun(this.#parts.database, run.runId);
    if (kept !== null) return resultOf(kept, version, false);
    const metrics = await readEvaluated(this.#parts.mlflow, run, version, dataset);
    return resultOf(await this.#keep(task, revision, run, settings, metrics, context), version, false);
  }

  /** @throws CairnError `not-found`, `revoked`. */
  async #task({ version: ref, dataset: id }: Inputs): Promise<Task> {
    const { database, versions, datasets } = this.#parts;
    const [model, number] = ref.split('/') as [string, string];
    const task = { version: await versions.get(model, Number(number)), dataset: await datasets.get(id) };
    await database.transaction((tx) => demandUnrevoked(tx, groundsOf(task), ref));
    return task;
  }

  async #stored({ again = false }: Inputs, { version, dataset }: Task): Promise<Result | null> {
    const row = again ? null : await findEvaluation(this.#parts.database, version, dataset.digest);
    return row === null ? null : resultOf(row, version, true);
  }

  async #revision(version: VersionRow): Promise<RevisionRow> {
    const revision = await findRevision(this.#parts.database, version.model, version.package_digest);
    if (revision !== null) return revision;
    throw new CairnError('not-found', `The package of ${versionId(version)} is not held here.`, {
      where: version.package_digest,
      action: 'Register that revision of the package, from its commit, and try again.',
    });
  }

  async #measure(
    { version, dataset }: Task,
    revision: RevisionRow,
    context: JobContext,
  ): Promise<{ run: MlflowRun; settings: Hyperparameters }> {
    const pack = await readPackage(revision, this.#parts.objects);
    const settings = version.record['parameters'] as Hyperparameters;
    const title = `${version.title}, measured on ${dataset.title}`;
    const key = digestOf(
      canonicalJson(['evaluate', version.weights_digest, revision.package_digest, dataset.digest, settings]),
    );
    const tags = { 'cairn.evaluates': versionId(version), 'cairn.weights_digest': version.weights_digest };
    try {
      const run = await this.#runs.run(
        {
          origin: { revision, dataset, key, title, tags, context: 'evaluation' },
          pack,
          plan: evaluationPlan(pack.project, settings, title),
          lay: (folder) => layVersion(this.#parts, version, join(folder, places.model)),
        },
        context,
      );
      return { run, settings };
    } catch (error) {
      if (!(error instanceof CairnError && error.code === 'training-failed')) throw error;
      throw new CairnError('evaluation-failed', error.message, { ...error.more, cause: error });
    }
  }

  async #keep(
    task: Task,
    revision: RevisionRow,
    run: MlflowRun,
    settings: Hyperparameters,
    metrics: Record<string, number>,
    context: JobContext,
  ): Promise<EvaluationRow> {
    const { database, receipts } = this.#parts;
    const { version, dataset } = task;
    const subject = versionSubject(version);
    return database.transaction(async (tx) => {
      await demandUnrevoked(tx, groundsOf(task), versionId(version));
      const { digest: receipt } = await receipts.issue(tx, {
        kind: 'evaluation',
        subject,
        facts: evaluationFacts(task, revision, run, settings, metrics),
        subjects: versionSubjects(version),
        upstream: [version.receipt, dataset.receipt],
      });
      const row: EvaluationRow = {
        run_id: run.runId,
        model: version.model,
        version: version.version,
        dataset: dataset.id,
        dataset_digest: dataset.digest,
        relation: relationOf(version, dataset),
        metrics,
        receipt,
        actor: context.actor.id,
      };
      await keepEvaluation(tx, row);
      await recordEvent(tx, context.actor, {
        kind: 'version.evaluated',
        subject,
        data: { dataset: dataset.id, digest: dataset.digest, run: run.runId, receipt },
      });
      return row;
    });
  }
}

/** What must not have been taken back. */
function groundsOf({ version, dataset }: Task): Digest[] {
  return [version.weights_digest, version.package_digest, version.dataset_digest, dataset.digest];
}

function evaluationFacts(
  { version, dataset }: Task,
  revision: RevisionRow,
  { runId }: MlflowRun,
  settings: Hyperparameters,
  metrics: Record<string, number>,
): FactsOf<'evaluation'> {
  const seen = { known: 'witnessed' } as const;
  return {
    model: { value: version.model, ...seen },
    version: { value: versionId(version), ...seen },
    packageDigest: { value: receiptDigest(revision.package_digest), ...seen },
    environmentDigest: { value: receiptDigest(revision.environment_digest), ...seen },
    weightsDigest: { value: receiptDigest(version.weights_digest), ...seen },
    mlflowRun: { value: runId, ...seen },
    dataset: { value: dataset.id, ...seen },
    datasetDigest: {
      value: { digest: receiptDigest(dataset.digest), dvcMd5: dataset.dvcMd5 },
      known: 'witnessed',
      source: `measured on; ${relationWords[relationOf(version, dataset)]}`,
    },
    parameters: { value: settings, known: 'witnessed', source: 'as recorded for the version' },
    metrics: { value: metrics, known: 'witnessed', source: 'measured by the steps of this run' },
    softwareVersion: { value: softwareVersion, ...seen },
  };
}

function resultOf(row: EvaluationRow, version: VersionRow, stored: boolean): Result {
  return {
    version: versionId(row),
    dataset: row.dataset,
    datasetDigest: row.dataset_digest,
    relation: row.relation,
    words: relationWords[row.relation],
    runId: row.run_id,
    weightsDigest: version.weights_digest,
    metrics: Object.entries(row.metrics)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, found]) => ({ name, recorded: version.metrics[name] ?? null, found })),
    receipt: row.receipt,
    stored,
  };
}
