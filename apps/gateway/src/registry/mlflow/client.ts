import type { RunStatus } from '@cairn/contracts';
import {
  asPairs,
  type MlflowArtifact,
  type MlflowDataset,
  type MlflowMetric,
  type MlflowModelVersion,
  type MlflowRegisteredModel,
  type MlflowRun,
  type ModelVersionAnswer,
  type RegisteredModelAnswer,
  type RunAnswer,
  toModelVersion,
  toRegisteredModel,
  toRun,
} from './entities.ts';
import { again } from './find-or-create.ts';
import { type MlflowAddress, MlflowError, MlflowTransport } from './transport.ts';

const api = '/api/2.0/mlflow';
const artifacts = '/api/2.0/mlflow-artifacts/artifacts';
/** MLflow's limits on one log-batch request. */
const batch = { metrics: 900, pairs: 90 } as const;
const digestLimit = 36;
const pageSize = 1000;
/** Points of a curve: more than a picture of it has pixels would tell nobody anything. */
const mostPoints = 300;

/**
 * MLflow's REST API, as far as Cairn uses it: experiments, runs, artifacts (through the server's artifact door), registered
 * models, their versions, aliases and tags. Methods named `find…` and `…Model` answer null where there is no such thing;
 * `delete…` is content where it is gone already. Everything else that MLflow refuses is thrown as MlflowError; an MLflow
 * that cannot be reached as CairnError `mlflow-unavailable`.
 */
export class MlflowClient {
  readonly #transport: MlflowTransport;

  constructor(options: { server: MlflowAddress }) {
    this.#transport = new MlflowTransport(options);
  }

  /** The id of the experiment of that name, which is made, or brought back from the deleted, where needed. */
  async experiment(name: string): Promise<string> {
    return again(async () => {
      const found = await this.#get<{ experiment: { experiment_id: string; lifecycle_stage: string } }>(
        '/experiments/get-by-name',
        { experiment_name: name },
      );
      if (found === null) {
        const made = await this.#post<{ experiment_id: string }>('/experiments/create', { name });
        return made.experiment_id;
      }
      const { experiment_id: id, lifecycle_stage: stage } = found.experiment;
      if (stage === 'deleted') await this.#post('/experiments/restore', { experiment_id: id });
      return id;
    });
  }

  /** Starts a run. `startTime` in milliseconds since 1970. */
  async createRun(run: {
    experimentId: string;
    name: string;
    tags: Record<string, string>;
    startTime?: number;
  }): Promise<MlflowRun> {
    const answer = await this.#post<{ run: RunAnswer }>('/runs/create', {
      experiment_id: run.experimentId,
      run_name: run.name,
      start_time: run.startTime ?? Date.now(),
      tags: asPairs(run.tags),
    });
    return toRun(answer.run);
  }

  /** The oldest run of an experiment that carries a tag and is not deleted, or null. */
  async findRun(experimentId: string, tag: string, value: string): Promise<MlflowRun | null> {
    const answer = await this.#transport.json<{ runs?: RunAnswer[] }>({
      method: 'POST',
      path: `${api}/runs/search`,
      body: {
        experiment_ids: [experimentId],
        filter: `tags.\`${tag}\` = '${literal(value)}'`,
        order_by: ['attributes.start_time ASC'],
        max_results: 1,
      },
      repeatable: true,
    });
    const first = answer.runs?.[0];
    return first === undefined ? null : toRun(first);
  }

  /** The runs that are RUNNING and carry a tag, in all experiments. */
  async runningRuns(tag: string): Promise<MlflowRun[]> {
    const experiments = await this.#pages<{ experiment_id: string }>('experiments', '/experiments/search', {});
    const found = await this.#pages<RunAnswer>('runs', '/runs/search', {
      experiment_ids: experiments.map(({ experiment_id: id }) => id),
      filter: `attributes.status = 'RUNNING' and tags.\`${tag}\` != ''`,
    });
    return found.map(toRun);
  }

  /** The newest runs of the experiment of that name that are not deleted, the newest first; none where there is none. */
  async newestRuns(experiment: string, limit: number): Promise<MlflowRun[]> {
    const found = await this.#get<{ experiment: { experiment_id: string } }>('/experiments/get-by-name', {
      experiment_name: experiment,
    });
    if (found === null) return [];
    const body = {
      experiment_ids: [found.experiment.experiment_id],
      order_by: ['attributes.start_time DESC'],
      max_results: limit,
    };
    const { runs = [] } = await this.#post<{ runs?: RunAnswer[] }>('/runs/search', body, true);
    return runs.map(toRun);
  }

  /** The name of an experiment; its id where it has none any more. */
  async experimentName(id: string): Promise<string> {
    const found = await this.#get<{ experiment: { name: string } }>('/experiments/get', { experiment_id: id });
    return found?.experiment.name ?? id;
  }

  /**
   * How a metric of a run went, by step; of many points MLflow picks some, with the first and the last. Values that are no
   * numbers are left out.
   */
  async metricPoints(runId: string, metric: string): Promise<{ step: number; value: number }[]> {
    const answer = await this.#transport.json<{ metrics?: { step?: number | string; value: number }[] }>({
      method: 'GET',
      // The one address of MLflow that thins out; its own page asks it.
      path: '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval',
      query: { run_ids: runId, metric_key: metric, max_results: String(mostPoints) },
      repeatable: true,
    });
    return (answer.metrics ?? [])
      .map(({ step, value }) => ({ step: Number(step ?? 0), value }))
      .filter(({ value }) => Number.isFinite(value))
      .sort((a, b) => a.step - b.step);
  }

  /** The run that carries a tag, which is made with it where there is none: the same run however often it is asked. */
  async findOrCreateRun(run: {
    experimentId: string;
    name: string;
    tag: string;
    value: string;
    tags: Record<string, string>;
  }): Promise<MlflowRun> {
    return again(
      async () =>
        (await this.findRun(run.experimentId, run.tag, run.value)) ??
        (await this.createRun({ ...run, tags: { ...run.tags, [run.tag]: run.value } })),
    );
  }

  /** A run, or null. */
  async findRunById(runId: string): Promise<MlflowRun | null> {
    const answer = await this.#get<{ run: RunAnswer }>('/runs/get', { run_id: runId });
    return answer === null ? null : toRun(answer.run);
  }

  /** Ends a run, or changes how it is. `endTime` in milliseconds since 1970. */
  async endRun(runId: string, status: RunStatus, endTime = Date.now()): Promise<void> {
    await this.#post('/runs/update', { run_id: runId, status, end_time: endTime }, true);
  }

  /** Logs metrics, parameters and tags in as many requests as MLflow's limits ask for. */
  async logBatch(
    runId: string,
    values: { metrics?: MlflowMetric[]; parameters?: Record<string, string>; tags?: Record<string, string> },
  ): Promise<void> {
    const log = (body: object): Promise<unknown> => this.#post('/runs/log-batch', { run_id: runId, ...body }, true);
    for (const params of slices(asPairs(values.parameters ?? {}), batch.pairs)) await log({ params });
    for (const tags of slices(asPairs(values.tags ?? {}), batch.pairs)) await log({ tags });
    for (const metrics of slices(values.metrics ?? [], batch.metrics)) await log({ metrics });
  }

  /** Logs a dataset as a run's input. */
  async logDataset(runId: string, dataset: MlflowDataset): Promise<void> {
    const entity = {
      name: dataset.name,
      digest: dataset.digest.replace('sha256:', '').slice(0, digestLimit),
      source_type: 'cairn',
      source: JSON.stringify({ digest: dataset.digest, from: dataset.source }),
      ...(dataset.profile === undefined ? {} : { profile: JSON.stringify(dataset.profile) }),
    };
    const tags = asPairs({ 'mlflow.data.context': dataset.context ?? 'training', digest: dataset.digest });
    await this.#post('/runs/log-inputs', { run_id: runId, datasets: [{ dataset: entity, tags }] }, true);
  }

  /** Deletes a run (MLflow keeps it among the deleted). */
  async deleteRun(runId: string): Promise<void> {
    await this.#forget('POST', '/runs/delete', { run_id: runId });
  }

  /** Deletes all that a run left among its artifacts. */
  async deleteArtifacts(run: MlflowRun): Promise<void> {
    try {
      await this.#transport.send({ method: 'DELETE', path: artifactPath(run), repeatable: true });
    } catch (error) {
      orNull(error);
    }
  }

  /** Writes one file among a run's artifacts; `path` inside them, as `model/model.onnx`. */
  async uploadArtifact(run: MlflowRun, path: string, bytes: Uint8Array): Promise<void> {
    await this.#transport.send({ method: 'PUT', path: artifactPath(run, path), body: bytes, repeatable: true });
  }

  /** Reads one file of a run's artifacts, or null. */
  async downloadArtifact(run: MlflowRun, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const response = await this.#transport.send({ method: 'GET', path: artifactPath(run, path), repeatable: true });
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      return orNull(error);
    }
  }

  /** The files and folders directly below a folder of a run's artifacts (all from the root where none is named). */
  async listArtifacts(run: MlflowRun, folder?: string): Promise<MlflowArtifact[]> {
    const answer = await this.#get<{ files?: { path: string; is_dir: boolean; file_size?: number | string }[] }>(
      '/artifacts/list',
      { run_id: run.runId, ...(folder === undefined ? {} : { path: folder }) },
    );
    return (answer?.files ?? []).map((file) => ({
      path: file.path,
      folder: file.is_dir,
      size: Number(file.file_size ?? 0),
    }));
  }

  /** A registered model, or null. */
  async registeredModel(name: string): Promise<MlflowRegisteredModel | null> {
    const answer = await this.#get<{ registered_model: RegisteredModelAnswer }>('/registered-models/get', { name });
    return answer === null ? null : toRegisteredModel(answer.registered_model);
  }

  /** The registered model of that name, which is made where there is none. */
  async findOrCreateModel(name: string, tags: Record<string, string>): Promise<MlflowRegisteredModel> {
    return again(async () => {
      const found = await this.registeredModel(name);
      if (found !== null) return found;
      const body = { name, tags: asPairs(tags) };
      const made = await this.#post<{ registered_model: RegisteredModelAnswer }>('/registered-models/create', body);
      return toRegisteredModel(made.registered_model);
    });
  }

  /** Deletes a registered model with all its versions. */
  async deleteModel(name: string): Promise<void> {
    await this.#forget('DELETE', '/registered-models/delete', { name });
  }

  /** The versions of a registered model, sorted by number. */
  async modelVersions(name: string): Promise<MlflowModelVersion[]> {
    const versions: MlflowModelVersion[] = [];
    let token: string | undefined;
    do {
      const page = await this.#get<{ model_versions?: ModelVersionAnswer[]; next_page_token?: string }>(
        '/model-versions/search',
        { filter: `name='${literal(name)}'`, ...(token === undefined ? {} : { page_token: token }) },
      );
      versions.push(...(page?.model_versions ?? []).map(toModelVersion));
      token = page?.next_page_token;
    } while (token !== undefined && token !== '');
    return versions.sort((a, b) => a.version - b.version);
  }

  /**
   * The version of a registered model that a run's artifacts below `folder` are: made where the run has none yet. MLflow
   * numbers them, and never gives a number twice, so after a registration that failed there may be a gap.
   */
  async findOrCreateVersion(
    model: string,
    run: MlflowRun,
    folder: string,
    tags: Record<string, string>,
  ): Promise<MlflowModelVersion> {
    return again(async () => {
      const found = (await this.modelVersions(model)).find(({ runId }) => runId === run.runId);
      if (found !== undefined) return found;
      const body = { name: model, source: `${run.artifactUri}/${folder}`, run_id: run.runId, tags: asPairs(tags) };
      const made = await this.#post<{ model_version: ModelVersionAnswer }>('/model-versions/create', body);
      return toModelVersion(made.model_version);
    });
  }

  /** Deletes one version of a registered model. */
  async deleteVersion(model: string, version: number): Promise<void> {
    await this.#forget('DELETE', '/model-versions/delete', { name: model, version: String(version) });
  }

  /** Sets tags of one version. */
  async setVersionTags(model: string, version: number, tags: Record<string, string>): Promise<void> {
    for (const tag of asPairs(tags)) {
      await this.#post('/model-versions/set-tag', { name: model, version: String(version), ...tag }, true);
    }
  }

  /** Lets an alias name a version, whichever it named before. */
  async setAlias(model: string, alias: string, version: number): Promise<void> {
    await this.#post('/registered-models/alias', { name: model, alias, version: String(version) }, true);
  }

  /** Takes an alias away. */
  async deleteAlias(model: string, alias: string): Promise<void> {
    await this.#forget('DELETE', '/registered-models/alias', { name: model, alias });
  }

  /** All pages of a search; `member` is where an answer holds its list. */
  async #pages<T>(member: string, path: string, body: object): Promise<T[]> {
    const found: T[] = [];
    let token: string | undefined;
    do {
      const page = await this.#post<Record<string, T[] | undefined> & { next_page_token?: string }>(
        path,
        { ...body, max_results: pageSize, ...(token === undefined ? {} : { page_token: token }) },
        true,
      );
      found.push(...(page[member] ?? []));
      token = page.next_page_token;
    } while (token !== undefined && token !== '');
    return found;
  }

  async #get<T>(path: string, query: Record<string, string>): Promise<T | null> {
    try {
      return await this.#transport.json<T>({ method: 'GET', path: `${api}${path}`, query, repeatable: true });
    } catch (error) {
      return orNull(error);
    }
  }

  #post<T>(path: string, body: unknown, repeatable = false): Promise<T> {
    return this.#transport.json<T>({ method: 'POST', path: `${api}${path}`, body, repeatable });
  }

  async #forget(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<void> {
    try {
      await this.#transport.send({ method, path: `${api}${path}`, body, repeatable: true });
    } catch (error) {
      orNull(error);
    }
  }
}

function orNull(error: unknown): null {
  if (error instanceof MlflowError && (error.code === 'RESOURCE_DOES_NOT_EXIST' || error.status === 404)) return null;
  throw error;
}

/** MLflow's filters know no escape for a quote. */
function literal(text: string): string {
  if (/['"`\\]/.test(text)) throw new Error(`A filter of MLflow cannot hold ${JSON.stringify(text)}.`);
  return text;
}

function artifactPath(run: MlflowRun, path = ''): string {
  const root = run.artifactUri.replace(/^mlflow-artifacts:\/*/, '');
  const parts = [...root.split('/'), ...path.split('/')].filter((part) => part !== '');
  return `${artifacts}/${parts.map(encodeURIComponent).join('/')}`;
}

function* slices<T>(values: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}
