import { CairnError } from '@cairn/contracts';
import { access, mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Children } from '../../../supervise/child.ts';
import { pauseBefore, type Plan, type PlanStep } from '../../plan.ts';
import { demandPaths, failedStep, type Trouble } from '../failed-step.ts';
import type { PlanRun, Runner } from '../runner.ts';
import { type Building, Environments } from './environments.ts';
import { StepWatch } from './step-watch.ts';

/** Who makes the Python environment of a package: `uv` from its lock, or nobody (`local`: that of the tools). */
export type EnvironmentManager = 'uv' | 'local';

/**
 * Runs a plan's steps one after the other as `mlflow run` on this machine. A step sees the gateway's address and a token of
 * its job, the package and the job's folder, nothing of the gateway's own environment. It tells how far it is by lines
 * `progress PERCENT WORDS`; one that has been silent for too long is ended with all that it started, one that failed by no
 * fault of its own is tried again.
 */
export class ProcessRunner implements Runner {
  readonly outside = null;
  readonly #children: Children;
  readonly #tools: string;
  readonly #environments: Environments;
  readonly #manager: EnvironmentManager;
  readonly #path: string;

  constructor(options: {
    children: Children;
    /** Folder of the Python tools. */
    tools: string;
    /** Folder of the packages' environments. */
    environments: string;
    manager: EnvironmentManager;
    /** PATH of the gateway. */
    path: string;
  }) {
    this.#children = options.children;
    this.#tools = options.tools;
    this.#environments = new Environments({ folder: options.environments });
    this.#manager = options.manager;
    this.#path = options.path;
  }

  async run(plan: Plan, run: PlanRun): Promise<void> {
    await this.#checkTools();
    const scratch = join(run.folder, 'tmp');
    await mkdir(scratch, { recursive: true });
    try {
      for (const step of plan.steps) await this.#step(plan, step, run, scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #step(plan: Plan, step: PlanStep, run: PlanRun, scratch: string): Promise<void> {
    for (let again = 1; ; again++) {
      run.signal.throwIfAborted();
      await demandPaths(step, step.inputs, run.folder, 'needs');
      const trouble = await this.#try(plan, step, run, scratch);
      if (trouble === null) break;
      if (!trouble.mayPass || again > step.retry.limit) throw failedStep(step, trouble.words);
      await this.#wait(step, again, trouble, run);
    }
    await demandPaths(step, step.outputs, run.folder, 'left no');
    run.progress(step.share[1], `${step.name}: done`);
  }

  async #try(plan: Plan, step: PlanStep, run: PlanRun, scratch: string): Promise<Trouble | null> {
    // What an earlier try left may be half of it.
    for (const path of step.outputs) await rm(join(run.folder, path), { recursive: true, force: true });
    run.step(step.name);
    run.progress(step.share[0], `${step.name}: preparing the environment`);
    const building = this.#manager === 'uv' ? await this.#environments.begin(run.signal) : undefined;
    try {
      return await this.#watch(plan, step, run, scratch, building);
    } finally {
      building?.end();
    }
  }

  async #watch(
    plan: Plan,
    step: PlanStep,
    run: PlanRun,
    scratch: string,
    building: Building | undefined,
  ): Promise<Trouble | null> {
    const watch = new StepWatch(step, run, () => building?.whole());
    const child = await this.#children.start({
      name: 'mlflow-run',
      command: this.#program(),
      args: argumentsOf(plan, step, run, this.#manager),
      cwd: run.folder,
      env: this.#environment(run, scratch),
      secret: run.tracking.token,
      onLine: (line) => watch.line(line),
    });
    return watch.end(child);
  }

  async #wait(step: PlanStep, again: number, { words }: Trouble, run: PlanRun): Promise<void> {
    const seconds = pauseBefore(again, step.retry);
    run.log(`the step ${step.name} ${words}; it is tried again in ${seconds} s (${again} of ${step.retry.limit})`);
    run.progress(step.share[0], `${step.name}: trying again in ${seconds} s`);
    // Interrupted, the next look at the signal says why.
    await pause(seconds * 1000, undefined, { signal: run.signal }).catch(() => undefined);
  }

  #environment(run: PlanRun, scratch: string): Record<string, string> {
    return {
      ...run.environment,
      PATH: [join(this.#tools, 'uv', 'bin'), join(this.#tools, 'python', 'bin'), this.#path].join(delimiter),
      TMPDIR: scratch,
      MLFLOW_TRACKING_URI: run.tracking.uri,
      MLFLOW_TRACKING_TOKEN: run.tracking.token,
      MLFLOW_ENV_ROOT: this.#environments.folder,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      ORT_DISABLE_TELEMETRY: '1',
      PYTHONUNBUFFERED: '1',
      // The package lies in a folder of no repository; an outer one, where the state folder lies in it, is not its own.
      GIT_CEILING_DIRECTORIES: run.folder,
    };
  }

  #program(): string {
    return join(this.#tools, 'python', 'bin', 'mlflow');
  }

  async #checkTools(): Promise<void> {
    const action = 'Run tools/setup.sh, which installs the Python tools; "cairn doctor" shows what is there.';
    await access(this.#program()).catch((cause: unknown) => {
      throw new CairnError('tools-missing', `MLflow was not found at ${this.#program()}.`, { action, cause });
    });
    if (this.#manager !== 'uv') return;
    const uv = join(this.#tools, 'uv', 'bin', 'uv');
    await access(uv).catch((cause: unknown) => {
      throw new CairnError('uv-missing', `uv was not found at ${uv}.`, { action, cause });
    });
  }
}

function argumentsOf(plan: Plan, step: PlanStep, run: PlanRun, manager: EnvironmentManager): string[] {
  const parameters = Object.entries(step.parameters).flatMap(([name, value]) => [
    '-P',
    `${name}=${typeof value === 'object' ? join(run.folder, value.path) : value}`,
  ]);
  return [
    // Relative to the job's folder: MLflow takes what follows a # in an address for a folder of a repository.
    ...['run', `./${plan.package}`, '--entry-point', step.entryPoint, '--env-manager', manager],
    ...['--experiment-id', run.tracking.experimentId, '--run-id', run.tracking.runId],
    ...parameters,
  ];
}
