import { CairnError, type Curve, type RunHistory, type RunInfo } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import { mlflowRunOf } from '../jobs/outer-ids.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import { jobTag } from '../registry/mlflow/orphans.ts';

/** How many runs of a model are told, and of how many metrics of a run the curve. */
const most = { runs: 200, curves: 24 } as const;

/** The runs of models' packages, as MLflow holds them, for whoever watches or compares them. */
export class Runs {
  readonly #database: Database;
  readonly #mlflow: MlflowClient;

  constructor(parts: { database: Database; mlflow: MlflowClient }) {
    this.#database = parts.database;
    this.#mlflow = parts.mlflow;
  }

  /** The newest runs of a model, the newest first; none where MLflow knows of none. @throws CairnError `mlflow-unavailable`. */
  async of(model: string): Promise<RunInfo[]> {
    const runs = await this.#mlflow.newestRuns(model, most.runs);
    const versions = await this.#versions(runs);
    return runs.map((run) => toInfo(run, model, versions.get(run.runId)));
  }

  /** A run with the curves of its metrics. @throws CairnError `not-found`, `mlflow-unavailable`. */
  async history(id: string): Promise<RunHistory> {
    const run = await this.#mlflow.findRunById(id);
    if (run === null) {
      throw new CairnError('not-found', `There is no run ${id}.`, {
        where: id,
        action: 'GET /runs?model=MODEL tells those that there are.',
      });
    }
    const versions = await this.#versions([run]);
    const model = await this.#mlflow.experimentName(run.experimentId);
    const curves: Curve[] = [];
    // What the machine did (system/…) is not what was learnt.
    const names = Object.keys(run.metrics).filter((name) => !name.startsWith('system/'));
    for (const name of names.sort().slice(0, most.curves)) {
      const points = await this.#mlflow.metricPoints(run.runId, name);
      if (points.length > 1) curves.push({ name, points });
    }
    return { ...toInfo(run, model, versions.get(run.runId)), curves };
  }

  /** The MLflow run of a job, or null. */
  async ofJob(job: string): Promise<string | null> {
    return mlflowRunOf(this.#database, job);
  }

  /** The versions that runs left, by the id of the run. */
  async #versions(runs: readonly MlflowRun[]): Promise<Map<string, string>> {
    const rows = await this.#database.query<{ run_id: string; id: string }>(
      "select run_id, model || '/' || version as id from cairn.version where run_id = any($1::text[])",
      [runs.map(({ runId }) => runId)],
    );
    return new Map(rows.map(({ run_id: run, id }) => [run, id]));
  }
}

function toInfo(run: MlflowRun, model: string, version: string | undefined): RunInfo {
  const { runId, status, startTime, endTime, tags, parameters, metrics } = run;
  return {
    run: runId,
    model,
    title: tags['mlflow.runName'] ?? runId,
    status,
    started: new Date(startTime).toISOString(),
    // Each step ends the run for itself, and the next one takes it up again.
    finished: endTime === null || status === 'RUNNING' ? null : new Date(endTime).toISOString(),
    version: version ?? null,
    job: tags[jobTag] ?? null,
    dataset: tags['cairn.dataset'] ?? null,
    parameters,
    metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))),
  };
}
