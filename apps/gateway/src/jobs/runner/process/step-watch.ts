import type { Child } from '../../../supervise/child.ts';
import type { PlanStep } from '../../plan.ts';
import type { Trouble } from '../failed-step.ts';
import type { PlanRun } from '../runner.ts';
import { mayPass, reasonOf } from '../step-output.ts';
import { StepWords } from '../step-words.ts';

/** Watches one try of a step: passes its words on, and ends it when it is silent for too long or is not wanted any more. */
export class StepWatch {
  readonly #run: PlanRun;
  readonly #onBuilt: () => void;
  readonly #words: StepWords;
  readonly #total: NodeJS.Timeout;
  #child: Child | undefined;

  constructor(step: PlanStep, run: PlanRun, onBuilt: () => void) {
    this.#run = run;
    this.#onBuilt = onBuilt;
    this.#words = new StepWords(step, run, { onRunning: onBuilt, onOverrun: () => void this.#child?.stop() });
    const { total } = step.limits;
    this.#total = setTimeout(() => this.#words.end(`took longer than ${total} s`), total * 1000).unref();
  }

  /** Takes a line that the step wrote. */
  line(line: string): void {
    this.#words.line(line);
  }

  /**
   * Waits for the end; answers what went wrong, or null.
   * @throws the signal's reason.
   */
  async end(child: Child): Promise<Trouble | null> {
    this.#child = child;
    const stop = (): void => void child.stop();
    this.#run.signal.addEventListener('abort', stop, { once: true });
    if (this.#run.signal.aborted || this.#words.overrun !== undefined) stop();
    const exit = await child.exited;
    // What the step started and left behind goes with it.
    await child.stop();
    // One that ended by itself has tidied up; one that was ended may have left an environment half built.
    if (exit.code !== null) this.#onBuilt();
    this.#words.close();
    clearTimeout(this.#total);
    this.#run.signal.removeEventListener('abort', stop);
    this.#run.signal.throwIfAborted();
    const { overrun } = this.#words;
    if (overrun !== undefined) return { words: overrun, mayPass: false };
    if (exit.code === 0) return null;
    const tail = child.tail();
    return { words: `ended with ${exit.signal ?? exit.code}: ${reasonOf(tail)}`, mayPass: mayPass(exit, tail) };
  }
}
