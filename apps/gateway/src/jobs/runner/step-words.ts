import type { PlanStep } from '../plan.ts';
import type { PlanRun } from './runner.ts';
import { readProgress } from './step-output.ts';

/** What to do when one try of a step says that it runs, and when it has overrun a limit. */
export interface StepTurns {
  onRunning(): void;
  onOverrun(): void;
}

/** Passes on the words of one try of a step, and keeps its limits of silence. */
export class StepWords {
  readonly #step: PlanStep;
  readonly #run: Pick<PlanRun, 'progress' | 'log'>;
  readonly #turns: StepTurns;
  #silence: NodeJS.Timeout;
  #running = false;
  #overrun: string | undefined;

  constructor(step: PlanStep, run: Pick<PlanRun, 'progress' | 'log'>, turns: StepTurns) {
    this.#step = step;
    this.#run = run;
    this.#turns = turns;
    this.#silence = this.#limit(step.limits.first);
  }

  /** Which limit it has overrun, in words. */
  get overrun(): string | undefined {
    return this.#overrun;
  }

  /** Takes a line that the step wrote. Any line shows that it is alive; the first that tells progress, that it runs. */
  line(line: string): void {
    const progress = readProgress(line);
    if (progress === null) {
      this.#run.log(line);
    } else {
      if (!this.#running) this.#turns.onRunning();
      this.#running = true;
      const [from, to] = this.#step.share;
      this.#run.progress(from + ((to - from) * progress.percent) / 100, `${this.#step.name}: ${progress.words}`);
    }
    clearTimeout(this.#silence);
    this.#silence = this.#limit(this.#running ? this.#step.limits.silence : this.#step.limits.first);
  }

  /** Notes that another limit was overrun; the first counts. */
  end(overrun: string): void {
    this.#overrun ??= overrun;
    this.#turns.onOverrun();
  }

  /** The try has ended: its silence counts no more. */
  close(): void {
    clearTimeout(this.#silence);
  }

  #limit(seconds: number): NodeJS.Timeout {
    return setTimeout(() => this.end(`was silent for ${seconds} s`), seconds * 1000).unref();
  }
}
