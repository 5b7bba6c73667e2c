import { CairnError } from '@cairn/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import type { PlanStep } from '../../plan.ts';
import type { Trouble } from '../failed-step.ts';
import type { PlanRun } from '../runner.ts';
import type { Rest } from './rest.ts';
import { StepTry } from './step-try.ts';
import { hasEnded, type PodState, podOf, triesOf, type WorkflowState } from './workflow-state.ts';
import type { Workflows } from './workflows.ts';

/** What went wrong with a step of a workflow, and how often the workflow tried it. */
export interface StepTrouble extends Trouble {
  step: PlanStep;
  tries: number;
}

/** Watches one workflow of a job until it has ended: passes on what its steps say, and keeps their limits of silence. */
export class WorkflowWatch {
  readonly #workflows: Workflows;
  readonly #name: string;
  readonly #rest: Rest;
  readonly #run: PlanRun;
  readonly #every: number;
  readonly #tries = new Map<string, StepTry>();
  #isAway = false;

  constructor(options: {
    workflows: Workflows;
    name: string;
    rest: Rest;
    run: PlanRun;
    /** Milliseconds between two looks. */
    every: number;
  }) {
    this.#workflows = options.workflows;
    this.#name = options.name;
    this.#rest = options.rest;
    this.#run = options.run;
    this.#every = options.every;
  }

  /**
   * Waits for the end; answers what went wrong, or null. A cluster that does not answer for a while is waited for.
   * @param missing tells which outputs of a step are not there.
   * @throws the signal's reason; CairnError `cluster-refused`.
   */
  async end(missing: (step: PlanStep) => Promise<string[]>): Promise<StepTrouble | null> {
    const { signal } = this.#run;
    try {
      for (;;) {
        signal.throwIfAborted();
        const state = await this.#look();
        const overrun = [...this.#tries.values()].find((one) => one.overrun !== undefined);
        if (overrun !== undefined) return this.#trouble(overrun, { words: overrun.overrun!, mayPass: false });
        const isOver = hasEnded(state?.status?.phase) || [...this.#tries.values()].some((one) => one.isOver);
        if (state !== undefined && isOver) return await this.#ending(state, missing);
        await pause(this.#every, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      for (const one of this.#tries.values()) one.close();
    }
  }

  /** Looks at the workflow and tells what is new; undefined where the cluster does not answer. */
  async #look(): Promise<WorkflowState | undefined> {
    let state: WorkflowState | null;
    let pods: PodState[];
    try {
      state = await this.#workflows.get(this.#name, this.#run.signal);
      pods = await this.#workflows.pods(this.#name, this.#run.signal);
    } catch (error) {
      if (!(error instanceof CairnError) || error.code !== 'cluster-unavailable') throw error;
      if (!this.#isAway) this.#run.log(`${error.message} It is asked again until it does.`);
      this.#isAway = true;
      return undefined;
    }
    this.#isAway = false;
    if (state === null) throw deleted(this.#name);
    for (const node of triesOf(state)) {
      const step = this.#rest.plan.steps.find(({ name }) => name === node.templateName);
      if (step === undefined) continue;
      const one = this.#tries.get(node.id) ?? new StepTry(step, this.#run, this.#workflows);
      this.#tries.set(node.id, one);
      await one.see(node, podOf(node, pods));
    }
    return state;
  }

  async #ending(
    { status }: WorkflowState,
    missing: (step: PlanStep) => Promise<string[]>,
  ): Promise<StepTrouble | null> {
    if (status?.phase === 'Succeeded') return null;
    const failed = [...this.#tries.values()].findLast((one) => one.hasFailed);
    if (failed !== undefined) return this.#trouble(failed, failed.trouble(await missing(failed.step)));
    const words = `could not be run: ${status?.message ?? 'the workflow engine does not say why'}`;
    const reached = [...this.#tries.values()].at(-1)?.step ?? this.#rest.plan.steps[0]!;
    return { step: reached, tries: 1, words, mayPass: false };
  }

  #trouble({ step }: StepTry, trouble: Trouble): StepTrouble {
    const tries = [...this.#tries.values()].filter((one) => one.step.name === step.name).length;
    return { ...trouble, step, tries };
  }
}

function deleted(name: string): CairnError {
  return new CairnError('training-failed', `The workflow ${name} was deleted by another hand.`, {
    where: name,
    action: 'Start the job again; to end one, dismiss the job.',
  });
}
