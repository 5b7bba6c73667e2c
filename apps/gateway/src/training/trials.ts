import { CairnError, type Digest } from '@cairn/contracts';
import { canonicalJson, digestOf } from '@cairn/receipt';
import type { JobContext } from '../jobs/process.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import { jobTag } from '../registry/mlflow/orphans.ts';
import { putRight } from '../registry/mlflow/put-right.ts';
import type { CheckedPackage } from '../registry/package/check.ts';
import type { Trial } from '../registry/package/revision.ts';
import { trialSettings } from './hyperparameters.ts';
import { type PackageRunParts, PackageRuns } from './package-run.ts';
import { trialData } from './trial-data.ts';
import { trialPlan } from './trial-plan.ts';

/** MLflow's experiment in which trials log. No model has that name, and when a trial is over nothing of it is left there. */
export const trialExperiment = 'Trials of packages';
/** Metres a pixel, where a package's item does not say for which it is made. */
const usualGsd = 0.3;
const lastLines = 5;

/**
 * Trials of packages: each entry point runs on tiny data that is drawn here, in the package's own environment, as a training
 * would. What they leave is thrown away; that they came to their end is what is learned.
 */
export class Trials {
  readonly #mlflow: MlflowClient;
  readonly #runs: PackageRuns;

  constructor(parts: PackageRunParts) {
    this.#mlflow = parts.mlflow;
    this.#runs = new PackageRuns(parts);
  }

  /**
   * Tries a package.
   * @throws CairnError `trial-failed` with the entry point, how it ended and what it said last; `package-invalid`,
   * `mlflow-unavailable`, `tools-missing`, `uv-missing`, `disk-full`; the signal's reason.
   */
  async run(
    { model, digest, files, item, project }: CheckedPackage,
    commit: string | null,
    context: JobContext,
  ): Promise<Trial> {
    const settings = await trialSettings(item, files);
    const { gsd } = item.properties as { gsd?: unknown };
    const dataset = await trialData(typeof gsd === 'number' && gsd > 0 ? gsd : usualGsd);
    const title = `Trial of ${item.properties.title}`;
    const plan = trialPlan(project, settings, title);
    // Tried before its image is built: on this machine.
    const revision = { model, package_digest: digest, commit, image: null };
    const key: Digest = digestOf(canonicalJson([digest, dataset.digest, settings]));
    const said: string[] = [];
    const followed: JobContext = {
      ...context,
      step: (name) => {
        said.length = 0;
        context.step(name);
      },
      log: (line) => {
        context.log(line);
        if (!mlflowSays.test(line)) said.push(line.trim().slice(0, 300));
      },
    };
    try {
      const origin = { revision, dataset, experiment: trialExperiment, key, title };
      await this.#runs.run({ origin, pack: { files, item, project }, plan }, followed);
    } catch (error) {
      throw error instanceof CairnError && error.code === 'training-failed' ? failed(error, said) : error;
    } finally {
      await this.#forget(context);
    }
    return { entryPoints: plan.steps.map(({ entryPoint }) => entryPoint), dataDigest: dataset.digest, settings };
  }

  /** Deletes what the entry points logged. */
  async #forget(context: JobContext): Promise<void> {
    const deleteRuns = async (): Promise<void> => {
      const experimentId = await this.#mlflow.experiment(trialExperiment);
      for (;;) {
        const run = await this.#mlflow.findRun(experimentId, jobTag, context.jobId);
        if (run === null) return;
        await this.#mlflow.deleteArtifacts(run);
        await this.#mlflow.deleteRun(run.runId);
      }
    };
    await putRight('the trial', deleteRuns, context);
  }
}

/** What `mlflow run` adds to what an entry point says. */
const mlflowSays = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d [A-Z]+ mlflow\.|🏃 View run |🧪 View experiment )/u;

function failed(error: CairnError, said: readonly string[]): CairnError {
  const entryPoint = error.more.where ?? '';
  const last = said.slice(-lastLines).join(' | ');
  return new CairnError('trial-failed', `${error.message}${last === '' ? '' : ` Its last words: ${last}`}`, {
    where: `MLproject#/entry_points/${entryPoint}`,
    action:
      'Mend the entry point; the log of the job holds all that it said. It ran on nine drawn chips, with the settings that ' +
      'x-trial in the schema of the hyperparameters names. Without a trial the package can be registered as it is.',
    cause: error,
  });
}
