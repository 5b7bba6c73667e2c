import type { Digest } from '@cairn/contracts';
import type { Dataset } from '../data/dataset-item.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowDataset, MlflowRun } from '../registry/mlflow/entities.ts';
import { jobTag } from '../registry/mlflow/orphans.ts';
import type { RevisionRow } from '../registry/package/revision.ts';
import type { MadeData } from './pinned-data.ts';

const originTag = 'cairn.origin';
const completeTag = 'cairn.complete';

/** What a run of a package's steps starts from, for MLflow. */
export interface RunOrigin {
  revision: Pick<RevisionRow, 'model' | 'package_digest' | 'commit' | 'image'>;
  dataset: Dataset | MadeData;
  /** Name of MLflow's experiment; the model's where none is given. */
  experiment?: string;
  /** One name for all that it starts from: a run of another one is not gone on with. */
  key: Digest;
  title: string;
  /** What is done with the data; left out: they are trained on. */
  context?: MlflowDataset['context'];
  /** What else tells what it is. */
  tags?: Record<string, string>;
}

/**
 * The MLflow run of a job that runs a package: at most one that counts. What an interrupted attempt left is taken out of
 * sight, since its curves would mix with those of the next; one whose steps all ended, or go on elsewhere, is gone on with.
 */
export class JobRuns {
  readonly #mlflow: MlflowClient;

  constructor(options: { mlflow: MlflowClient }) {
    this.#mlflow = options.mlflow;
  }

  /**
   * The run of this job and this origin to go on with: its steps have all ended (`whole`), or it is the one that steps
   * outside of the gateway still log to. Others of the job are deleted.
   */
  async find(jobId: string, origin: RunOrigin, outside?: string): Promise<{ run: MlflowRun; whole: boolean } | null> {
    const experimentId = await this.#mlflow.experiment(experimentOf(origin));
    for (;;) {
      const run = await this.#mlflow.findRun(experimentId, jobTag, jobId);
      if (run === null) return null;
      const whole = run.tags[completeTag] === 'true';
      if (run.tags[originTag] === origin.key && (whole || run.runId === outside)) return { run, whole };
      await this.#mlflow.endRun(run.runId, 'KILLED');
      await this.#mlflow.deleteRun(run.runId);
    }
  }

  /** Starts the run of a job, with its data as what goes into it, whether or not the package's steps log them too. */
  async start(jobId: string, origin: RunOrigin, author: string): Promise<MlflowRun> {
    const { revision, dataset, title, key, tags = {}, context = 'training' } = origin;
    const run = await this.#mlflow.createRun({
      experimentId: await this.#mlflow.experiment(experimentOf(origin)),
      name: title,
      tags: {
        [jobTag]: jobId,
        [originTag]: key,
        'cairn.package_digest': revision.package_digest,
        'cairn.dataset': dataset.id,
        'cairn.dataset_digest': dataset.digest,
        ...('dvcMd5' in dataset ? { 'cairn.dvc_md5': dataset.dvcMd5 } : {}),
        'mlflow.user': author,
        'mlflow.source.name': revision.model,
        ...(revision.commit === null ? {} : { 'mlflow.source.git.commit': revision.commit }),
        ...tags,
      },
    });
    if (!('make' in dataset)) await this.#mlflow.logDataset(run.runId, { ...inputOf(dataset), context });
    return run;
  }

  /** Marks that every step has ended well, and ends the run; may be done twice. */
  async complete(run: MlflowRun): Promise<void> {
    if (run.status === 'FINISHED' && run.tags[completeTag] === 'true') return;
    await this.#mlflow.logBatch(run.runId, { tags: { [completeTag]: 'true' } });
    await this.#mlflow.endRun(run.runId, 'FINISHED');
  }
}

/** Under this name packages log their data as the Building Detector does: MLflow then takes both for the same. */
const inputName = 'dataset';

/** A dataset as MLflow tells it with a run. */
function inputOf({ id, title, digest, dvcMd5, origin, ...facts }: Dataset): MlflowDataset {
  const { chips, buildings, bbox, areaKm2, buildingShare, gsd } = facts;
  return {
    name: inputName,
    digest,
    source:
      origin === undefined
        ? `dataset ${id} of this Cairn, DVC ${dvcMd5}`
        : `${origin.url}, commit ${origin.commit}, path ${origin.path}, DVC ${dvcMd5}; here dataset ${id}`,
    profile: { title, chips, buildings, extent: bbox, area_km2: areaKm2, building_share: buildingShare, gsd },
  };
}

function experimentOf({ experiment, revision }: RunOrigin): string {
  return experiment ?? revision.model;
}
