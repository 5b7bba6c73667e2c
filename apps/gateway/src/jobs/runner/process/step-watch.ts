import { CairnError } from '@cairn/contracts';
import type { Child } from '../../../supervise/child.ts';
import type { PlanStep } from '../../plan.ts';
import type { PlanRun } from '../runner.ts';
import { mayPass, readProgress, reasonOf } from './step-output.ts';

/** Why a try of a step did not end well, and whether another may. */
export interface Trouble {
  words: string;
  mayPass: boolean;
}

/** Watches one try of a step: passes its words on, and ends it when it is silent for too long or is not wanted any more. */
export class StepWatch {
  readonly #step: PlanStep;
  readonly #run: PlanRun;
  readonly #onBuilt: () => void;
  #child: Child | undefined;
  #silence: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;
  #running = false;
  #overrun: string | undefined;

  constructor(step: PlanStep, run: PlanRun, onBuilt: () => void) {
    this.#step = step;
    this.#run = run;
    this.#onBuilt = onBuilt;
    this.#silence = this.#limit(step.limits.first, `was silent for ${step.limits.first} s`);
    this.#total = this.#limit(step.limits.total, `took longer than ${step.limits.total} s`);
  }

  /** Takes a line that the step wrote. Any line shows that it is alive; the first that tells progress, that it runs. */
  line(line: string): void {
    const progress = readProgress(line);
    if (progress === null) {
      this.#run.log(line);
    } else {
      if (!this.#running) this.#onBuilt();
      this.#running = true;
      const [from, to] = this.#step.share;
      this.#run.progress(from + ((to - from) * progress.percent) / 100, `${this.#step.name}: ${progress.words}`);
    }
    const { first, silence } = this.#step.limits;
    const seconds = this.#running ? silence : first;
    clearTimeout(this.#silence);
    this.#silence = this.#limit(seconds, `was silent for ${seconds} s`);
  }

  /**
   * Waits for the end; answers what went wrong, or null.
   * @throws the signal's reason.
   */
  async end(child: Child): Promise<Trouble | null> {
    this.#child = child;
    const stop = (): void => void child.stop();
    this.#run.signal.addEventListener('abort', stop, { once: true });
    if (this.#run.signal.aborted || this.#overrun !== undefined) stop();
    const exit = await child.exited;
    // What the step started and left behind goes with it.
    await child.stop();
    // One that ended by itself has tidied up; one that was ended may have left an environment half built.
    if (exit.code !== null) this.#onBuilt();
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#run.signal.removeEventListener('abort', stop);
    this.#run.signal.throwIfAborted();
    if (this.#overrun !== undefined) return { words: this.#overrun, mayPass: false };
    if (exit.code === 0) return null;
    const tail = child.tail();
    return { words: `ended with ${exit.signal ?? exit.code}: ${reasonOf(tail)}`, mayPass: mayPass(exit, tail) };
  }

  #limit(seconds: number, words: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#overrun ??= words;
      void this.#child?.stop();
    }, seconds * 1000).unref();
  }
}

/** The end of a step that did not do its part. */
export function failedStep(step: PlanStep, what: string, cause?: unknown): CairnError {
  return new CairnError('training-failed', `The step ${step.name} ${what}.`, {
    where: step.name,
    action:
      'Look at the log of the job, which holds all that the step said; mend the package or the data, and try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
