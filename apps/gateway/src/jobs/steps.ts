import type { JobStep } from '@cairn/contracts';

/**
 * The steps of one attempt of a job, one after the other: a step begins where its process says so, and ends where the next
 * one begins or the attempt ends.
 */
export class Steps {
  readonly #steps: JobStep[] = [];

  /** Begins a step, which ends the one before; the name of the one that runs changes nothing. */
  begin(name: string): boolean {
    if (this.#running?.name === name) return false;
    this.end('successful');
    this.#steps.push({ name: name.slice(0, 200), status: 'running', started: new Date().toISOString() });
    return true;
  }

  /** Ends the step that runs, if there is one. */
  end(status: Exclude<JobStep['status'], 'running'>): void {
    const running = this.#running;
    if (running === undefined) return;
    running.status = status;
    running.finished = new Date().toISOString();
  }

  /** The steps so far, in their order. */
  list(): JobStep[] {
    return structuredClone(this.#steps);
  }

  get #running(): JobStep | undefined {
    const last = this.#steps.at(-1);
    return last?.status === 'running' ? last : undefined;
  }
}
