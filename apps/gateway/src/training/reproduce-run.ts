import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { canonicalJson, digestHex, digestOf, type FactsOf } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import { type Dataset, datasetOf } from '../data/dataset-item.ts';
import { DatasetVersions } from '../data/dataset-versions.ts';
import type { Datasets } from '../data/datasets.ts';
import { recordEvent } from '../identity/events.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { ownSchemas } from '../registry/package/item.ts';
import { findRevision, type RevisionRow } from '../registry/package/revision.ts';
import { receiptDigest } from '../registry/receipt-facts.ts';
import { versionItemId } from '../registry/version-item.ts';
import { versionId, versionSubject } from '../registry/version-row.ts';
import type { Versions } from '../registry/versions.ts';
import { type Conditions, differencesOf } from './comparison.ts';
import { settle } from './hyperparameters.ts';
import { lockOf, type Package, type PackageRunParts, PackageRuns, readPackage } from './package-run.ts';
import { findPinnedData } from './pinned-data.ts';
import { type RecordedRun, RecordedRuns } from './recorded-run.ts';
import { measuredFacts, type Origin, readTrained, type Trained } from './trained.ts';
import { trainingPlan } from './training-plan.ts';

type Inputs = ProcessInput<'reproduce-run'>;
type Result = ProcessResult<'reproduce-run'>;

/** What a reproduction needs. */
export interface ReproduceRunParts extends PackageRunParts {
  catalog: Catalog;
  receipts: Receipts;
  versions: Versions;
  datasets: Datasets;
}

/**
 * The process `reproduce-run`: a run is made again from what its receipt tells, in an empty folder: the package's revision
 * and the data by their digests, the environment from its lock, with the recorded settings, threads and cap on the
 * processor's instructions. The weights tell whether it is the same; where they are not, the first of the differences is
 * what changed. What was found is signed, and stands on the version as a badge.
 *
 * With `instead`, a part is exchanged on purpose, to see what it changes. That is receipted too, but is no badge.
 */
export class ReproduceRun implements Process<'reproduce-run'> {
  readonly id = 'reproduce-run';
  readonly #parts: ReproduceRunParts;
  readonly #runs: PackageRuns;
  readonly #recorded: RecordedRuns;

  constructor(parts: ReproduceRunParts) {
    this.#parts = parts;
    this.#runs = new PackageRuns(parts);
    this.#recorded = new RecordedRuns(parts);
  }

  /**
   * @throws CairnError `not-found` for the run, or for data that are not held here; `run-not-reproducible`,
   * `input-invalid`; as `train-model`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    context.step('Bring package and data');
    context.progress(1, 'Reading the receipt of the run');
    const recorded = await this.#recorded.get(inputs.run);
    const { origin, pack } = await this.#origin(recorded, inputs.instead ?? {}, context);
    const run = await this.#runs.run(
      {
        origin: {
          ...origin,
          key: digestOf(
            canonicalJson([
              'reproduce',
              recorded.receipt,
              origin.revision.package_digest,
              origin.dataset.digest,
              origin.settings,
            ]),
          ),
          tags: { 'cairn.reproduces': recorded.runId },
        },
        pack,
        plan: trainingPlan(pack.project, origin.settings, origin.title),
        environment: processorOf(recorded, origin),
      },
      context,
    );
    context.step('Compare the weights');
    context.progress(94, 'Comparing the weights');
    const trained = await readTrained(this.#parts.mlflow, run, origin);
    return this.#keep(recorded, trained, origin, pack, inputs.instead === undefined, context);
  }

  /** What the run is made again from. */
  async #origin(
    recorded: RecordedRun,
    instead: NonNullable<Inputs['instead']>,
    context: JobContext,
  ): Promise<{ origin: Origin; pack: Package }> {
    const revision = await this.#revision(recorded, instead.packageDigest, context);
    const pack = await readPackage(revision, this.#parts.objects);
    const dataset = await this.#dataset(recorded, instead.dataset);
    const settings = await settle({ ...recorded.settings, ...instead.hyperparameters }, pack.item, pack.files);
    return { origin: { revision, dataset, settings, title: `Reproduction of run ${recorded.runId}` }, pack };
  }

  /** The recorded revision; of a shipped version, whose revision may never have been here, the one that brought it. */
  async #revision(recorded: RecordedRun, instead: Digest | undefined, context: JobContext): Promise<RevisionRow> {
    const { database, versions } = this.#parts;
    const wanted = instead ?? recorded.conditions.package;
    const found = await findRevision(database, recorded.model, wanted);
    if (found !== null) return found;
    const brought = await versions.byWeights(recorded.model, recorded.weights);
    const other =
      instead === undefined && brought !== null
        ? await findRevision(database, recorded.model, brought.package_digest)
        : null;
    if (other === null) {
      throw new CairnError('not-found', `The package ${wanted} of ${recorded.model} is not held here.`, {
        where: instead === undefined ? '/inputs/run' : '/inputs/instead/packageDigest',
        action: 'Register that revision of the package, from its commit, and try again.',
      });
    }
    context.log(`the package ${wanted} is not held here; taking ${other.package_digest}, which brought the version`);
    return other;
  }

  /** The recorded data, as DVC pinned them. */
  async #dataset({ conditions }: RecordedRun, instead: string | undefined): Promise<Dataset> {
    const { database, datasets, objects } = this.#parts;
    if (instead !== undefined) return datasets.get(instead);
    const version = await new DatasetVersions({ database, objects }).withDigest(conditions.data);
    if (version !== null) return datasetOf(version.item);
    // Of what was pinned before versions were kept, receipts tell.
    const pinned = await findPinnedData(database, conditions.data);
    if (pinned !== null) return { ...(await datasets.get(pinned.id)), ...pinned };
    throw new CairnError('not-found', `The data ${conditions.data} were never added here.`, {
      where: '/inputs/run',
      action: 'Add the dataset that the run was trained on with "cairn dataset add", and try again.',
    });
  }

  async #keep(
    recorded: RecordedRun,
    trained: Trained,
    origin: Origin,
    pack: Package,
    isBadge: boolean,
    context: JobContext,
  ): Promise<Result> {
    const { database, receipts, versions, catalog } = this.#parts;
    const [kept] = await database.query<{ result: Result }>('select result from cairn.reproduction where run_id = $1', [
      trained.run.runId,
    ]);
    if (kept !== undefined) return kept.result;
    const found = await this.#found(trained, origin, pack);
    const lock = await this.#lock(recorded);
    const differences = differencesOf({ ...recorded.conditions, lock }, found);
    const reproduced = trained.weights.digest === recorded.weights;
    const version = await versions.byWeights(recorded.model, recorded.weights);
    const described = version === null ? null : await catalog.get('versions', versionItemId(version));
    const schemas = await ownSchemas(pack.item, pack.files);
    return database.transaction(async (tx) => {
      const subject = version === null ? `run:${recorded.runId}` : versionSubject(version);
      const { digest: receipt } = await receipts.issue(tx, {
        kind: 'reproduction',
        subject,
        facts: reproductionFacts(recorded, trained, origin, reproduced, differences),
        subjects: [{ name: trained.run.runId, digest: { sha256: digestHex(receiptDigest(trained.weights.digest)) } }],
        upstream: [recorded.receipt],
      });
      const result: Result = {
        run: recorded.runId,
        version: version === null ? null : versionId(version),
        known: recorded.known,
        reproduction: trained.run.runId,
        reproduced,
        weights: { recorded: recorded.weights, found: trained.weights.digest },
        differences,
        metrics: metricsBeside(recorded.metrics, trained.record.metrics),
        receipt,
      };
      await tx.query('insert into cairn.reproduction (run_id, of_run, result, receipt) values ($1, $2, $3, $4)', [
        trained.run.runId,
        recorded.runId,
        result,
        receipt,
      ]);
      if (version !== null && described !== null && isBadge) {
        const badge = { digest: receipt, same: reproduced };
        await versions.setReproduced(tx, version, badge);
        const properties = { ...(described['properties'] as object), 'cairn:reproduced': badge };
        await catalog.upsert(tx, { ...described, properties }, schemas);
      }
      await recordEvent(tx, context.actor, {
        kind: 'run.reproduced',
        subject,
        data: { run: recorded.runId, reproduction: trained.run.runId, same: reproduced, receipt },
      });
      return result;
    });
  }

  async #found({ record }: Trained, { revision, dataset, settings }: Origin, pack: Package): Promise<Conditions> {
    return {
      environment: revision.environment_digest,
      lock: await lockOf(pack),
      python: record.environment.python,
      platform: record.environment.platform,
      processor: record.cpu.class,
      cap: record.cpu.cap,
      threads: record.threads,
      seed: record.seed,
      data: dataset.digest,
      package: revision.package_digest,
      settings,
    };
  }

  /** The recorded lock's text, where a revision that has it is held. */
  async #lock({ model, conditions }: RecordedRun): Promise<string | null> {
    const { database, objects } = this.#parts;
    const [revision] = await database.query<RevisionRow>(
      'select * from cairn.revision where model = $1 and environment_digest = $2 limit 1',
      [model, conditions.environment],
    );
    return revision === undefined ? null : lockOf(await readPackage(revision, objects));
  }
}

/** Variables by which oneDNN and PyTorch are held to narrower instructions than the processor has. */
const caps: Record<string, Record<string, string>> = {
  avx2: { ONEDNN_MAX_CPU_ISA: 'AVX2', ATEN_CPU_CAPABILITY: 'avx2' },
  avx512: { ONEDNN_MAX_CPU_ISA: 'AVX512_CORE', ATEN_CPU_CAPABILITY: 'avx512' },
};

/** What holds the steps to the recorded processor; a package that takes its threads as a setting sets them itself. */
function processorOf({ conditions }: RecordedRun, { settings }: Origin): Record<string, string> {
  const threads = 'threads' in settings ? {} : { OMP_NUM_THREADS: String(conditions.threads) };
  return { ...threads, ...caps[conditions.cap ?? ''] };
}

function metricsBeside(recorded: Record<string, number>, found: Record<string, number>): Result['metrics'] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
  return names.map((name) => ({ name, recorded: recorded[name] ?? null, found: found[name] ?? null }));
}

function reproductionFacts(
  recorded: RecordedRun,
  { run, weights, record }: Trained,
  { revision, dataset, settings }: Origin,
  same: boolean,
  differences: Result['differences'],
): FactsOf<'reproduction'> {
  const seen = { known: 'witnessed' } as const;
  const told = recorded.known === 'witnessed' ? 'the receipt of its training' : 'the record that came with the version';
  return {
    model: { value: recorded.model, ...seen },
    packageDigest: { value: receiptDigest(revision.package_digest), ...seen },
    environmentDigest: { value: receiptDigest(revision.environment_digest), ...seen },
    weightsDigest: { value: receiptDigest(weights.digest), ...seen },
    mlflowRun: { value: run.runId, ...seen },
    dataset: { value: dataset.id, ...seen },
    datasetDigest: { value: { digest: receiptDigest(dataset.digest), dvcMd5: dataset.dvcMd5 }, ...seen },
    parameters: { value: settings, ...seen },
    ...measuredFacts(record),
    reproduction: {
      value: {
        run: recorded.runId,
        weightsDigest: receiptDigest(recorded.weights),
        same,
        differences: differences.map(({ words }) => words),
      },
      known: 'witnessed',
      source: `compared with ${told}`,
    },
    softwareVersion: { value: softwareVersion, ...seen },
  };
}
