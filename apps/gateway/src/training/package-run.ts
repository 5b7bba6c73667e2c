import { CairnError, type Digest } from '@cairn/contracts';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataRepository } from '../data/repository.ts';
import type { Database } from '../db/database.ts';
import type { Tokens } from '../identity/tokens.ts';
import { HandedOver } from '../jobs/handed-over.ts';
import { keepOuterIds } from '../jobs/outer-ids.ts';
import type { Plan } from '../jobs/plan.ts';
import type { JobContext } from '../jobs/process.ts';
import type { Runner } from '../jobs/runner/runner.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import { putRight } from '../registry/mlflow/put-right.ts';
import { PackageFiles } from '../registry/package/files.ts';
import { type PackageItem, readItem } from '../registry/package/item.ts';
import { type MlProject, readMlProject } from '../registry/package/mlproject.ts';
import { readPythonEnv } from '../registry/package/python-env.ts';
import { latestRevision, type RevisionRow } from '../registry/package/revision.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { folderDigest } from './folder-digest.ts';
import { JobRuns, type RunOrigin } from './job-run.ts';
import { systemMetrics } from './system-metrics.ts';
import { places } from './training-plan.ts';

/** What running a package needs. */
export interface PackageRunParts {
  database: Database;
  objects: ObjectStore;
  repository: DataRepository;
  mlflow: MlflowClient;
  tokens: Tokens;
  runner: Runner;
  /** Address of the gateway, at which the steps reach MLflow. */
  address: () => string;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/** A revision of a package, read. */
export interface Package {
  files: PackageFiles;
  item: PackageItem;
  project: MlProject;
}

/** Reads a package from the object store. @throws CairnError `package-invalid`, `item-invalid`. */
export async function readPackage(revision: RevisionRow, objects: ObjectStore): Promise<Package> {
  const files = new PackageFiles(revision.files, objects);
  const item = await readItem(files);
  return { files, item, project: readMlProject(await files.text('MLproject')) };
}

/**
 * The newest revision of a model's package, read.
 * @throws CairnError `not-found` where there is no such model; else as `readPackage`.
 */
export async function newestPackage(
  model: string,
  { database, objects }: Pick<PackageRunParts, 'database' | 'objects'>,
): Promise<{ revision: RevisionRow; pack: Package }> {
  const revision = await latestRevision(database, model);
  if (revision === null) {
    throw new CairnError('not-found', `There is no model ${model}.`, {
      where: '/inputs/model',
      action: 'Register its package first, or look at the collection "models" of the catalogue for those there are.',
    });
  }
  return { revision, pack: await readPackage(revision, objects) };
}

/** The text that pins a package's environment. @throws CairnError `package-file-missing`, `package-invalid`. */
export async function lockOf({ files, project }: Package): Promise<string> {
  return files.text((await readPythonEnv(files, project.pythonEnv)).lock);
}

/** A plan to be run, and what it starts from. */
export interface PackageRun {
  origin: RunOrigin;
  pack: Package;
  plan: Plan;
  /** Added to what the steps see of the environment. */
  environment?: Readonly<Record<string, string>>;
  /** Lays what else the plan needs into the job's folder. */
  lay?: (folder: string) => Promise<void>;
}

/**
 * Runs a package's steps for a job: what goes in is laid into an empty folder and hashed there, the package's files and the
 * pulled data; the steps log into one MLflow run by a token of their job. A run that fails or is cancelled is ended in
 * MLflow; one whose steps had all ended when the gateway did is answered as it is, and one whose steps went on without the
 * gateway is taken up where they are.
 */
export class PackageRuns {
  readonly #parts: PackageRunParts;
  readonly #runs: JobRuns;

  constructor(parts: PackageRunParts) {
    this.#parts = parts;
    this.#runs = new JobRuns(parts);
  }

  /**
   * Answers the MLflow run that the steps have left whole.
   * @throws CairnError `digest-mismatch`, `training-failed`, `data-versioning-failed`, `mlflow-unavailable`,
   * `tools-missing`, `uv-missing`, `image-missing`, `cluster-unavailable`, `disk-full`.
   */
  async run(work: PackageRun, context: JobContext): Promise<MlflowRun> {
    const { jobId, signal } = context;
    const { outside } = this.#parts.runner;
    // Refused before anything is brought where it could not be run.
    outside?.nameOf(jobId, work.origin.revision.image);
    const left = (await outside?.left(jobId)) ?? null;
    // What is left outside has to be taken up to be ended.
    if (left === null) signal.throwIfAborted();
    context.progress(2, 'Waking MLflow');
    const found = await this.#runs.find(jobId, work.origin, left?.runId);
    if (found?.whole === true) {
      // The gateway may have ended right after the steps: what follows them is still to be done.
      await this.#runs.complete(found.run);
      await this.#clear(context);
      return found.run;
    }
    const taken = found !== null && left !== null ? { run: found.run, token: left.token } : null;
    return this.#run(work, taken, context);
  }

  /** @param taken what the steps already log to, where they went on without a gateway. */
  async #run(
    work: PackageRun,
    taken: { run: MlflowRun; token: string } | null,
    context: JobContext,
  ): Promise<MlflowRun> {
    const { runner, address } = this.#parts;
    const { origin, plan, environment = {} } = work;
    const { commit, image } = origin.revision;
    const folder = join(this.#parts.workFolder, context.jobId);
    let run = taken?.run;
    let goesOn = false;
    try {
      if (taken === null) await this.#lay(folder, work, context);
      run ??= await this.#runs.start(context.jobId, origin, context.actor.id);
      const token = taken?.token ?? (await this.#admit(run, image, context));
      await runner.run(plan, {
        job: context.jobId,
        folder,
        image,
        tracking: { uri: `${address()}/mlflow`, token, experimentId: run.experimentId, runId: run.runId },
        environment: {
          ...(commit === null ? {} : { CAIRN_SOURCE_COMMIT: commit }),
          ...systemMetrics(await lockOf(work.pack)),
          ...environment,
        },
        signal: context.signal,
        progress: (percent, message) => context.progress(percent, message),
        step: (name) => context.step(name),
        log: (line) => context.log(line),
      });
      await this.#runs.complete(run);
      return run;
    } catch (error) {
      goesOn = runner.outside !== null && !isOver(context.signal) && context.signal.aborted;
      if (run !== undefined && !goesOn) await this.#endBadly(run, context);
      throw error;
    } finally {
      if (!goesOn) await this.#clear(context);
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Notes what the job owns outside, and answers the token by which its steps log. */
  async #admit({ runId }: MlflowRun, image: string | null, { jobId, actor }: JobContext): Promise<string> {
    const { database, tokens, runner } = this.#parts;
    const workflow = runner.outside?.nameOf(jobId, image);
    return database.transaction(async (tx) => {
      await keepOuterIds(tx, jobId, { mlflowRun: runId, ...(workflow === undefined ? {} : { workflow }) });
      return tokens.issueJob(tx, jobId, actor);
    });
  }

  /** Lays package and data into the job's folder, both held to their digests. */
  async #lay(folder: string, { origin, pack, lay }: PackageRun, context: JobContext): Promise<void> {
    const { objects, repository } = this.#parts;
    const { revision, dataset } = origin;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await objects.materialise(pack.files.own, join(folder, places.package));
    expectDigest(
      await folderDigest(join(folder, places.package)),
      revision.package_digest,
      `package ${revision.model}`,
    );
    if ('make' in dataset) {
      await dataset.make(join(folder, places.dataset));
    } else {
      context.progress(4, 'Bringing the data from DVC');
      await repository.pull(dataset.id, dataset.dvcMd5, join(folder, places.dataset), context);
    }
    context.progress(7, 'Comparing the data with its digest');
    expectDigest(await folderDigest(join(folder, places.dataset)), dataset.digest, `dataset ${dataset.id}`);
    context.log(`package ${revision.package_digest}, dataset ${dataset.digest}: as registered`);
    await lay?.(folder);
  }

  /** Clears away what the job has outside of the gateway, and the token by which its steps spoke. */
  async #clear(context: JobContext): Promise<void> {
    const { database, tokens, runner } = this.#parts;
    try {
      await runner.outside?.end(context.jobId);
    } catch (error) {
      context.log(`What the job has on the cluster could not be cleared away: ${String(error)}`);
    }
    await database.transaction((tx) => tokens.revokeJob(tx, context.jobId));
  }

  async #endBadly({ runId }: MlflowRun, context: JobContext): Promise<void> {
    const { mlflow } = this.#parts;
    await putRight(`run ${runId}`, () => mlflow.endRun(runId, context.signal.aborted ? 'KILLED' : 'FAILED'), context);
  }
}

/** Whether the job itself is to end, and not only this gateway's work on it. */
function isOver({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof HandedOver);
}

function expectDigest(found: Digest, expected: Digest, what: string): void {
  if (found === expected) return;
  throw new CairnError('digest-mismatch', `The bytes of the ${what} have the digest ${found}, not ${expected}.`, {
    where: what,
    action: 'The state folder was changed or damaged: add it again, or restore the folder from a backup.',
  });
}
