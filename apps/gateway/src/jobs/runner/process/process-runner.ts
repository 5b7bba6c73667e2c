import { CairnError } from '@cairn/contracts';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Children } from '../../../supervise/child.ts';
import type { Plan, PlanStep } from '../../plan.ts';
import type { PlanRun, Runner } from '../runner.ts';
import { failedStep, StepWatch } from './step-watch.ts';

/** Who makes the Python environment of a package: `uv` from its lock, or nobody (`local`: that of the tools). */
export type EnvironmentManager = 'uv' | 'local';

/**
 * Runs a plan's steps one after the other as `mlflow run` on this machine. A step sees the gateway's address and a token of
 * its job, the package and the job's folder, nothing of the gateway's own environment. It tells how far it is by lines
 * `progress PERCENT WORDS`; one that has been silent for too long is ended with all that it started.
 */
export class ProcessRunner implements Runner {
  readonly #children: Children;
  readonly #tools: string;
  readonly #environments: string;
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
    this.#environments = options.environments;
    this.#manager = options.manager;
    this.#path = options.path;
  }

  async run(plan: Plan, run: PlanRun): Promise<void> {
    await this.#checkTools();
    await this.#removeHalfBuilt();
    const scratch = join(run.folder, 'tmp');
    await mkdir(scratch, { recursive: true });
    try {
      for (const step of plan.steps) await this.#step(plan, step, run, scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #step(plan: Plan, step: PlanStep, run: PlanRun, scratch: string): Promise<void> {
    run.signal.throwIfAborted();
    await demandPaths(step, step.inputs, run, 'needs');
    run.log(`step ${step.name}`);
    run.progress(step.share[0], `${step.name}: preparing the environment`);
    const building = join(this.#environments, buildingMark);
    if (this.#manager === 'uv') await writeFile(building, '');
    const watch = new StepWatch(step, run, () => void rm(building, { force: true }));
    const child = await this.#children.start({
      name: 'mlflow-run',
      command: this.#program(),
      args: argumentsOf(plan, step, run, this.#manager),
      cwd: run.folder,
      env: this.#environment(run, scratch),
      onLine: (line) => watch.line(line),
    });
    await watch.end(child);
    await demandPaths(step, step.outputs, run, 'left no');
    run.progress(step.share[1], `${step.name}: done`);
  }

  #environment(run: PlanRun, scratch: string): Record<string, string> {
    return {
      ...run.environment,
      PATH: [join(this.#tools, 'uv', 'bin'), join(this.#tools, 'python', 'bin'), this.#path].join(delimiter),
      TMPDIR: scratch,
      MLFLOW_TRACKING_URI: run.tracking.uri,
      MLFLOW_TRACKING_TOKEN: run.tracking.token,
      MLFLOW_ENV_ROOT: this.#environments,
      MLFLOW_DISABLE_TELEMETRY: 'true',
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

  /**
   * MLflow takes an environment's folder for a whole environment, also one that a killed gateway left half built. The mark
   * of a building under way tells: then they are all built again, from uv's cache.
   */
  async #removeHalfBuilt(): Promise<void> {
    const half = await access(join(this.#environments, buildingMark)).then(
      () => true,
      () => false,
    );
    if (half) await rm(this.#environments, { recursive: true, force: true });
    await mkdir(this.#environments, { recursive: true });
  }
}

const buildingMark = 'building';

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

async function demandPaths(step: PlanStep, paths: readonly string[], run: PlanRun, verb: string): Promise<void> {
  for (const path of paths) {
    await access(join(run.folder, path)).catch((cause: unknown) => {
      throw failedStep(step, `${verb} ${path}`, cause);
    });
  }
}
