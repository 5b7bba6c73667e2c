import { CairnError } from '@cairn/contracts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HandedOver } from '../../handed-over.ts';
import { pauseBefore, type Plan, type PlanStep } from '../../plan.ts';
import { demandPaths, failedStep } from '../failed-step.ts';
import type { Left, Outside, PlanRun, Runner } from '../runner.ts';
import { packed, unpack } from './archive.ts';
import type { Bucket } from '../../../storage/bucket.ts';
import { artifactKey, artifactPrefix } from './artifacts.ts';
import { type Rest, restFrom, restOf } from './rest.ts';
import { type ArgoSettings, renderWorkflow, runLabel, workflowName } from './workflow.ts';
import type { WorkflowState } from './workflow-state.ts';
import { type StepTrouble, WorkflowWatch } from './workflow-watch.ts';
import type { Workflows } from './workflows.ts';

// A cluster that does not answer is asked that long to end what runs there.
const endingPatience = 60_000;

/**
 * Runs plans as workflows of Argo on a cluster. What a plan is given goes into the artifact store, each step is a pod of the
 * package's image, and what the steps leave is brought back. The workflow is named after its job: whoever is asked to run it
 * a second time finds the first, and goes on watching. It outlives the gateway.
 *
 * Argo tries a step again whose pod was taken away; one that failed since a server was away is tried again from here, by a
 * workflow of the same name that begins with it.
 */
export class ArgoRunner implements Runner, Outside {
  readonly #workflows: Workflows;
  readonly #bucket: Bucket;
  readonly #settings: ArgoSettings;
  readonly #every: number;

  constructor(options: {
    workflows: Workflows;
    /** The settings' artifact store, as the gateway reaches it. */
    bucket: Bucket;
    settings: ArgoSettings;
    /** Milliseconds between two looks at a workflow. */
    every?: number;
  }) {
    this.#workflows = options.workflows;
    this.#bucket = options.bucket;
    this.#settings = options.settings;
    this.#every = options.every ?? 1000;
  }

  get outside(): Outside {
    return this;
  }

  nameOf(job: string, image: string | null): string {
    imageOf(image);
    return workflowName(job);
  }

  async left(job: string): Promise<Left | null> {
    const name = workflowName(job);
    const found = await this.#workflows.get(name);
    const runId = found?.metadata.labels?.[runLabel];
    if (found?.metadata.deletionTimestamp !== undefined || runId === undefined) return null;
    const token = await this.#workflows.token(name);
    return token === null ? null : { runId, token };
  }

  async end(job: string): Promise<void> {
    await this.#workflows.delete(workflowName(job));
    await this.#bucket.clear(artifactPrefix(job, this.#settings.store));
  }

  async run(plan: Plan, run: PlanRun): Promise<void> {
    const image = imageOf(run.image);
    try {
      await this.#run(plan, image, run);
      await this.#take(plan, run);
    } catch (error) {
      if (!(run.signal.reason instanceof HandedOver)) await this.#end(run);
      throw error;
    }
  }

  async #run(plan: Plan, image: string, run: PlanRun): Promise<void> {
    const name = workflowName(run.job);
    let found = await this.#found(name, run);
    let rest = found === null ? restFrom(plan, '', 0) : restOf(plan, found);
    if (found === null) await this.#lay(plan, run);
    for (;;) {
      run.signal.throwIfAborted();
      if (found === null) await this.#submit(rest, image, run);
      const watch = new WorkflowWatch({ workflows: this.#workflows, name, rest, run, every: this.#every });
      const trouble = await watch.end((step) => this.#missing(step, run.job));
      if (trouble === null) return;
      rest = await this.#again(plan, rest, trouble, run);
      run.signal.throwIfAborted();
      await this.#workflows.delete(name);
      found = null;
    }
  }

  /** The workflow of this very run, which an earlier gateway submitted; any other of the job goes. */
  async #found(name: string, { tracking }: PlanRun): Promise<WorkflowState | null> {
    const found = await this.#workflows.get(name);
    if (found === null) return null;
    const { labels, deletionTimestamp } = found.metadata;
    if (labels?.[runLabel] === tracking.runId && deletionTimestamp === undefined) return found;
    await this.#workflows.delete(name);
    return null;
  }

  async #submit({ plan, tried }: Rest, image: string, run: PlanRun): Promise<void> {
    const { tracking, job, environment } = run;
    const token = { name: workflowName(job), key: 'token' };
    const workflow = renderWorkflow(
      plan,
      image,
      { job, tracking: { ...tracking, token }, environment, tried },
      this.#settings,
    );
    await this.#workflows.submit(workflow, tracking.token);
    run.log(`submitted as the workflow ${workflow.metadata.name}`);
  }

  /** Waits before a step is tried again; answers what is then to be done. */
  async #again(plan: Plan, rest: Rest, trouble: StepTrouble, run: PlanRun): Promise<Rest> {
    const step = plan.steps.find(({ name }) => name === trouble.step.name)!;
    const tried = trouble.tries + (rest.plan.steps[0]?.name === step.name ? rest.tried : 0);
    if (!trouble.mayPass || tried > step.retry.limit) throw failedStep(step, trouble.words);
    const seconds = pauseBefore(tried, step.retry);
    run.log(
      `the step ${step.name} ${trouble.words}; it is tried again in ${seconds} s (${tried} of ${step.retry.limit})`,
    );
    run.progress(step.share[0], `${step.name}: trying again in ${seconds} s`);
    await pause(seconds * 1000, undefined, { signal: run.signal }).catch(() => undefined);
    return restFrom(plan, step.name, tried);
  }

  /** Lays what the plan is given into the store. */
  async #lay({ steps }: Plan, run: PlanRun): Promise<void> {
    const { job, folder, signal } = run;
    const made = new Set(steps.flatMap(({ outputs }) => outputs));
    const laid = new Set<string>();
    for (const step of steps) {
      for (const path of step.inputs.filter((one) => !made.has(one) && !laid.has(one))) {
        await demandPaths(step, [path], folder, 'needs');
        run.progress(steps[0]!.share[0], `Bringing ${path} to the cluster`);
        await this.#bucket.put(artifactKey(job, path, this.#settings.store), packed(join(folder, path)), signal);
        run.log(`laid ${path} into the object store`);
        laid.add(path);
      }
    }
  }

  /** Brings what the steps left into the job's folder. */
  async #take({ steps }: Plan, { job, folder, signal }: PlanRun): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const path of steps.flatMap(({ outputs }) => outputs)) {
      const key = artifactKey(job, path, this.#settings.store);
      await unpack(await this.#bucket.get(key, signal), join(folder, path));
    }
  }

  async #missing({ outputs }: PlanStep, job: string): Promise<string[]> {
    const held = await Promise.all(
      outputs.map((path) => this.#bucket.has(artifactKey(job, path, this.#settings.store))),
    );
    return outputs.filter((_, i) => held[i] !== true);
  }

  /** Ends what runs of a job, as far as the cluster lets it. */
  async #end(run: PlanRun): Promise<void> {
    const until = Date.now() + endingPatience;
    for (;;) {
      try {
        await this.end(run.job);
        return;
      } catch (error) {
        if (Date.now() > until) {
          run.log(`The workflow ${workflowName(run.job)} could not be ended; delete it by hand: ${String(error)}`);
          return;
        }
      }
      await pause(1000);
    }
  }
}

/** @throws CairnError `image-missing`. */
function imageOf(image: string | null): string {
  if (image !== null) return image;
  throw new CairnError('image-missing', 'The package has no container image, and the steps are to run on a cluster.', {
    where: 'CAIRN_RUNNER',
    action: 'Register the package again on a gateway that builds images (CAIRN_REGISTRY), and try again.',
  });
}
