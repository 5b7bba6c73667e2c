import { beforeEach, describe, expect, it } from 'vitest';
import type { PlanStep } from '../../../src/jobs/plan.ts';

/** One job's folder with the package `package/` in it, and a runner that can run plans there. */
export interface RunnerJob {
  /** Runs steps of the package; what they tell is in `told` and `logged`. */
  run(steps: PlanStep[], signal?: AbortSignal): Promise<void>;
  told: { percent: number; message: string }[];
  logged: string[];
  /** The steps that were begun. */
  begun: string[];
  /** The token that the steps were given. */
  token: string;
  /** When its steps noted a try, in milliseconds since 1970. */
  tries: readonly number[];
  read(path: string): Promise<string>;
  /** Ends the step that runs now by another hand than the runner's, as a machine that is taken away would. */
  takeAway(): Promise<void>;
  /** The processes with these ids, as steps saw them, that still run. */
  alive(pids: number[]): Promise<number[]>;
}

/** A step of the package in `package/`: its name is the entry point. */
export function step(entryPoint: string, more: Partial<PlanStep> = {}): PlanStep {
  const limits = { first: 300, silence: 300, total: 300 };
  const retry = { limit: 0, pause: 1, longest: 1 };
  return {
    name: entryPoint,
    entryPoint,
    parameters: {},
    inputs: [],
    outputs: [],
    limits,
    retry,
    share: [0, 100],
    ...more,
  };
}

/** The process of the step `hang` and the one that it started, as they saw themselves. */
export function pidsOf({ logged }: RunnerJob): number[] {
  const line = logged.find((one) => one.startsWith('pids '));
  return JSON.parse(line?.slice('pids '.length) ?? '[]') as number[];
}

const slow = { timeout: 200_000 };

/** What every runner holds. `open` answers a job of its own. */
export function describeRunner(name: string, open: () => Promise<RunnerJob>): void {
  describe(`the runner port: ${name}`, () => {
    let job: RunnerJob;
    beforeEach(async () => {
      job = await open();
    });

    const until = (message: string) =>
      expect.poll(() => job.told.some((word) => word.message === message), { timeout: 150_000 }).toBe(true);
    const goneOf = async () => {
      const pids = pidsOf(job);
      expect(pids).toHaveLength(2);
      await expect.poll(() => job.alive(pids), { timeout: 30_000 }).toEqual([]);
    };

    it('runs the steps in order, each on what the one before left, and tells how far they are', slow, async () => {
      const text = `two words; "quotes" $HOME`;
      await job.run([
        step('write', { parameters: { text, out: { path: 'first' } }, outputs: ['first'], share: [0, 40] }),
        step('copy', {
          parameters: { source: { path: 'first' }, out: { path: 'second' } },
          inputs: ['first'],
          outputs: ['second'],
          share: [40, 100],
        }),
      ]);
      expect(await job.read('second')).toBe(text);
      const writing = job.told.filter(({ message }) => message === 'write: writing');
      expect(writing.map(({ percent }) => percent)).toEqual([0, 20, 40]);
      expect(job.told).toContainEqual({ percent: 70, message: 'copy: copying' });
      expect(job.told.at(-1)).toEqual({ percent: 100, message: 'copy: done' });
      expect(job.begun).toEqual(['write', 'copy']);
      expect(job.logged).toContain('wrote it');
    });

    it("fails with the step's own words, at once, and runs nothing after it", slow, async () => {
      const retry = { limit: 3, pause: 60, longest: 60 };
      await expect(job.run([step('fail', { retry }), step('write')])).rejects.toMatchObject({
        code: 'training-failed',
        message: expect.stringContaining('the chips have no colour') as unknown,
        more: { where: 'fail' },
      });
      expect(job.begun).toEqual(['fail']);
    });

    it('does not start a step without its inputs, and misses an output', slow, async () => {
      const write = { parameters: { text: 'a', out: { path: 'o' } } };
      await expect(job.run([step('write', { ...write, inputs: ['missing'] })])).rejects.toThrow(
        'The step write needs missing.',
      );
      await expect(job.run([step('write', { ...write, outputs: ['other'] })])).rejects.toThrow(
        'The step write left no other.',
      );
    });

    it('ends a step that is silent for too long, with all that it started', slow, async () => {
      const limits = { first: 120, silence: 1, total: 300 };
      const retry = { limit: 3, pause: 60, longest: 60 };
      await expect(job.run([step('hang', { limits, retry })])).rejects.toThrow('The step hang was silent for 1 s.');
      await goneOf();
    });

    it('ends a step that takes too long', slow, async () => {
      const limits = { first: 300, silence: 300, total: 1 };
      await expect(job.run([step('hang', { limits })])).rejects.toThrow('The step hang took longer than 1 s.');
    });

    it('ends all that it started when it is cancelled, also what has left its group', slow, async () => {
      const controller = new AbortController();
      const hanging = job.run([step('hang')], controller.signal);
      hanging.catch(() => undefined);
      await until('hang: thinking');
      controller.abort(new Error('not wanted any more'));
      await expect(hanging).rejects.toThrow('not wanted any more');
      await goneOf();
    });

    it('tries a step again, from a clean start, that was ended by another hand', slow, async () => {
      const parameters = { out: { path: 'out' } };
      const retry = { limit: 1, pause: 2, longest: 60 };
      const running = job.run([step('hesitate', { parameters, outputs: ['out'], retry })]);
      running.catch(() => undefined);
      await until('hesitate: try 1');
      await job.takeAway();
      await running;
      expect(await job.read('out')).toBe('half and half');
      expect(job.tries).toHaveLength(2);
    });

    it('waits longer before each further try of what was away, and gives up at last', slow, async () => {
      const retry = { limit: 3, pause: 0.5, longest: 1 };
      await expect(job.run([step('unreachable', { retry })])).rejects.toThrow('Connection refused');
      expect(job.tries).toHaveLength(4);
      const pauses = job.tries.slice(1).map((at, i) => (at - job.tries[i]!) / 1000);
      for (const [i, least] of [0.5, 1, 1].entries()) expect(pauses[i]).toBeGreaterThanOrEqual(least);
      expect(job.logged.filter((line) => line.includes('tried again in'))).toHaveLength(3);
    });

    it('stops waiting for a further try when it is cancelled', slow, async () => {
      const controller = new AbortController();
      const retry = { limit: 1, pause: 600, longest: 600 };
      const waiting = job.run([step('unreachable', { retry })], controller.signal);
      waiting.catch(() => undefined);
      await until('unreachable: trying again in 600 s');
      controller.abort(new Error('not wanted any more'));
      await expect(waiting).rejects.toThrow('not wanted any more');
    });

    it('comes to its end when it is asked for again after an interruption', slow, async () => {
      const controller = new AbortController();
      const parameters = { out: { path: 'out' } };
      const steps = [
        step('write', { parameters: { text: 'a', out: { path: 'first' } }, outputs: ['first'] }),
        step('hesitate', { parameters, inputs: ['first'], outputs: ['out'] }),
      ];
      const first = job.run(steps, controller.signal);
      first.catch(() => undefined);
      await until('hesitate: try 1');
      controller.abort(new Error('the gateway ends'));
      await expect(first).rejects.toThrow('the gateway ends');
      await job.run(steps);
      expect(await job.read('out')).toBe('half and half');
      expect(job.tries).toHaveLength(2);
    });

    it("masks the job's token where a step tells it", slow, async () => {
      const telling = await job.run([step('tell')]).catch((error: unknown) => String(error));
      expect(telling).toContain('I was given [secret]');
      expect(job.logged).toContain('my token is [secret], really');
      expect([telling, ...job.logged, ...job.told.map(({ message }) => message)].join()).not.toContain(job.token);
    });
  });
}
