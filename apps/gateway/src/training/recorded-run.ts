import { CairnError, type Digest } from '@cairn/contracts';
import { kindOf, openBundle, readStatement, type Statement } from '@cairn/receipt';
import type { Database } from '../db/database.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { evaluationOfRun } from '../registry/evaluation-row.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { RunRecord } from '../registry/package/record.ts';
import { type VersionRow, versionId } from '../registry/version-row.ts';
import type { Versions } from '../registry/versions.ts';
import type { Conditions } from './comparison.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { findRun } from './receipted-run.ts';

/** A run as its receipt tells of it. */
export interface RecordedRun {
  runId: string;
  model: string;
  /** The receipt: of a training here, or of the import of a shipped version. */
  receipt: Digest;
  known: 'witnessed' | 'imported';
  weights: Digest;
  settings: Hyperparameters;
  metrics: Record<string, number>;
  /** But for the text of its lock, which no receipt holds. */
  conditions: Omit<Conditions, 'lock'>;
}

/** Finds what was receipted of a run. */
export class RecordedRuns {
  readonly #parts: { database: Database; receipts: Receipts; versions: Versions; mlflow: MlflowClient };

  constructor(parts: { database: Database; receipts: Receipts; versions: Versions; mlflow: MlflowClient }) {
    this.#parts = parts;
  }

  /**
   * A run by its id in MLflow, by the version that it made, or by the digest of its receipt.
   * @throws CairnError `not-found`; `run-not-reproducible` for one that left no receipt, with the reason.
   */
  async get(ref: string): Promise<RecordedRun> {
    const [, model, number] = /^([^/:]+)\/([0-9]{1,9})$/.exec(ref) ?? [];
    if (model !== undefined) return this.#ofVersion(await this.#parts.versions.get(model, Number(number)));
    return ref.startsWith('sha256:') ? this.#ofReceipt(ref) : this.#ofRun(ref);
  }

  async #ofRun(runId: string): Promise<RecordedRun> {
    const { database, mlflow } = this.#parts;
    const kept = await findRun(database, runId);
    if (kept !== null) return this.#ofReceipt(kept.receipt);
    const [row] = await database.query<VersionRow>('select * from cairn.version where run_id = $1', [runId]);
    if (row !== undefined) return this.#ofVersion(row);
    const [repeat] = await database.query<{ of: string }>(
      'select of_run as of from cairn.reproduction where run_id = $1',
      [runId],
    );
    if (repeat !== undefined) {
      throw refused(runId, `is itself a reproduction, of run ${repeat.of}`, `Reproduce ${repeat.of}.`);
    }
    const evaluation = await evaluationOfRun(database, runId);
    if (evaluation !== null) {
      const version = versionId(evaluation);
      throw refused(runId, `trained nothing, but measured ${version}`, `Reproduce ${version}, or evaluate it again.`);
    }
    const run = await mlflow.findRunById(runId);
    if (run === null) {
      const action = 'Look at the runs in MLflow, or name a version as MODEL/NUMBER.';
      throw new CairnError('not-found', `There is no run ${runId}.`, { where: '/inputs/run', action });
    }
    const action = 'Only a training that Cairn ran to its end left weights and a receipt to compare with.';
    throw refused(runId, `is ${run.status.toLowerCase()} and left no receipt`, action);
  }

  async #ofVersion(row: VersionRow): Promise<RecordedRun> {
    return row.known === 'witnessed' ? this.#ofReceipt(row.receipt) : ofRecord(row);
  }

  async #ofReceipt(receipt: Digest): Promise<RecordedRun> {
    const { database, receipts } = this.#parts;
    const statement = readStatement(openBundle(await receipts.get(database, receipt)).payload);
    const kind = kindOf(statement.predicateType);
    if (kind === 'training') return ofTraining(statement, receipt);
    if (kind === 'import') {
      const [row] = await database.query<VersionRow>('select * from cairn.version where receipt = $1', [receipt]);
      if (row !== undefined) return ofRecord(row);
    }
    const action = 'Give the receipt of a training or of an imported version.';
    throw refused(receipt, `is the receipt of no run, but of kind ${kind}`, action);
  }
}

/** A training here: all of it stands in its receipt. */
function ofTraining(statement: Statement, receipt: Digest): RecordedRun {
  const { facts } = statement.predicate;
  const fact = <T>(name: string): T => facts[name]?.value as T;
  const text = (name: string): string | null => fact<string | undefined>(name) ?? null;
  const settings = fact<Hyperparameters>('parameters');
  return {
    runId: fact('mlflowRun'),
    model: fact('model'),
    receipt,
    known: 'witnessed',
    weights: fact('weightsDigest'),
    settings,
    metrics: fact('metrics'),
    conditions: {
      environment: fact('environmentDigest'),
      python: text('python'),
      platform: text('platform'),
      processor: text('cpuClass'),
      cap: text('cpuCap'),
      threads: fact('threads'),
      seed: fact('seed'),
      data: fact<{ digest: Digest }>('datasetDigest').digest,
      package: fact('packageDigest'),
      settings,
    },
  };
}

/** A shipped version: of its run we know what its record tells, which nobody saw here. */
function ofRecord(row: VersionRow): RecordedRun {
  const record = row.record as RunRecord;
  return {
    runId: row.run_id,
    model: row.model,
    receipt: row.receipt,
    known: 'imported',
    weights: row.weights_digest,
    settings: record.parameters,
    metrics: record.metrics,
    conditions: {
      environment: record.environment.lock_digest,
      python: record.environment.python,
      platform: record.environment.platform,
      processor: record.cpu.class,
      cap: record.cpu.cap,
      threads: record.threads,
      seed: record.seed,
      data: record.dataset.digest,
      package: record.package_digest,
      settings: record.parameters,
    },
  };
}

function refused(what: string, problem: string, action: string): CairnError {
  return new CairnError('run-not-reproducible', `${what} ${problem}.`, { where: '/inputs/run', action });
}
