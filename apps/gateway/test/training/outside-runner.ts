import { cp, mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HandedOver } from '../../src/jobs/handed-over.ts';
import type { Plan } from '../../src/jobs/plan.ts';
import type { Left, Outside, PlanRun, Runner } from '../../src/jobs/runner/runner.ts';

interface Work extends Left {
  controller: AbortController;
  done: Promise<void>;
  /** What is listening to it now. */
  run: PlanRun;
}

/** Runs plans by another runner, in folders of its own, and lets them go on without a gateway, as a cluster does. */
export class OutsideRunner implements Runner, Outside {
  readonly outside = this;
  readonly works = new Map<string, Work>();
  readonly #inner: Runner;

  constructor(inner: Runner) {
    this.#inner = inner;
  }

  nameOf(job: string): string {
    return `work-${job}`;
  }

  left(job: string): Promise<Left | null> {
    const found = this.works.get(job);
    return Promise.resolve(found === undefined ? null : { runId: found.runId, token: found.token });
  }

  async end(job: string): Promise<void> {
    const found = this.works.get(job);
    found?.controller.abort(new Error('ended'));
    await found?.done.catch(() => undefined);
    this.works.delete(job);
  }

  async run(plan: Plan, run: PlanRun): Promise<void> {
    const work = this.works.get(run.job) ?? (await this.#start(plan, run));
    work.run = run;
    try {
      run.signal.throwIfAborted();
      await Promise.race([work.done, aborted(run.signal)]);
    } catch (error) {
      if (!(run.signal.reason instanceof HandedOver)) await this.end(run.job);
      throw error;
    }
  }

  async #start(plan: Plan, run: PlanRun): Promise<Work> {
    const folder = await mkdtemp(join(dirname(run.folder), 'outside-'));
    await cp(run.folder, folder, { recursive: true });
    const controller = new AbortController();
    const { runId, token } = run.tracking;
    const work: Work = { runId, token, controller, run, done: Promise.resolve() };
    this.works.set(run.job, work);
    work.done = this.#inner.run(plan, {
      ...run,
      folder,
      signal: controller.signal,
      progress: (percent, message) => work.run.progress(percent, message),
      step: (name) => work.run.step(name),
      log: (line) => work.run.log(line),
    });
    work.done.catch(() => undefined);
    return work;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
