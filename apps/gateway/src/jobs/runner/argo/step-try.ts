import type { PlanStep } from '../../plan.ts';
import type { Trouble } from '../failed-step.ts';
import type { PlanRun } from '../runner.ts';
import { StepWords } from '../step-words.ts';
import { PodLog } from './pod-log.ts';
import { isItsOwn } from './retry-strategy.ts';
import { hasBegun, hasEnded, type NodeState, type PodState, troubleOf, whatKeeps } from './workflow-state.ts';
import type { Workflows } from './workflows.ts';

// For what the pod wrote last to come through, once it has ended.
const lastWords = 10_000;

/** One try of a step on a cluster: a pod, from when the workflow names it. */
export class StepTry {
  readonly step: PlanStep;
  readonly #run: PlanRun;
  readonly #log: PodLog;
  #words: StepWords | undefined;
  #node: NodeState | undefined;
  #keeps: string | null = null;
  #ended = false;

  constructor(step: PlanStep, run: PlanRun, workflows: Workflows) {
    this.step = step;
    this.#run = run;
    const onLine = (line: string): void => this.#words?.line(line);
    this.#log = new PodLog({ workflows, secret: run.tracking.token, onLine });
    run.step(step.name);
    run.progress(step.share[0], `${step.name}: waiting for its container`);
  }

  /** Which limit it has overrun, in words. */
  get overrun(): string | undefined {
    return this.#words?.overrun;
  }

  get hasFailed(): boolean {
    return this.#ended && this.#node?.phase !== 'Succeeded';
  }

  /** Whether it has failed so that Argo will not try it again. */
  get isOver(): boolean {
    return this.hasFailed && isItsOwn(this.#node?.message ?? '');
  }

  /** Takes what the cluster says of it now. One that has ended has said all when this answers. */
  async see(node: NodeState, pod: PodState | undefined): Promise<void> {
    if (this.#ended) return;
    this.#node = node;
    if (pod !== undefined) this.#seePod(pod);
    if (!hasEnded(node.phase)) return;
    this.#ended = true;
    await this.#log.end(lastWords);
    this.close();
    if (node.phase === 'Succeeded') this.#run.progress(this.step.share[1], `${this.step.name}: done`);
  }

  /** What went wrong with it, once it has failed. */
  trouble(missing: readonly string[]): Trouble {
    return troubleOf(this.step, this.#node!, this.#log.tail, missing);
  }

  /** Watches it no longer. */
  close(): void {
    this.#log.close();
    this.#words?.close();
  }

  #seePod(pod: PodState): void {
    const keeps = whatKeeps(pod);
    if (keeps !== null && keeps !== this.#keeps) {
      this.#run.log(`the step ${this.step.name} waits: ${keeps}`);
      this.#run.progress(this.step.share[0], `${this.step.name}: waiting, ${keeps}`);
    }
    this.#keeps = keeps;
    // Waiting for a machine is no silence.
    if (pod.status?.startTime !== undefined) {
      this.#words ??= new StepWords(this.step, this.#run, { onRunning: () => undefined, onOverrun: () => undefined });
    }
    if (hasBegun(pod)) this.#log.follow(pod.metadata.name);
  }
}
