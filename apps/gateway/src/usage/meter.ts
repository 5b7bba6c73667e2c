import { AsyncLocalStorage } from 'node:async_hooks';
import { listProcesses } from '../supervise/proc.ts';
import { rssKiB, treeOf } from '../supervise/rss.ts';

/** What an attempt of a job used so far. */
export interface Usage {
  wallSeconds: number;
  /** Of the programs that it started, and of all that they started. Missing where it started none. */
  programs?: {
    cpuSeconds: number;
    /** Their largest resident memory together; pages that several share are counted for each. */
    peakMiB: number;
  };
}

// USER_HZ, in which /proc tells times, is 100 on every machine that Linux runs on today.
const ticksPerSecond = 100;
const sampleMs = 500;

/**
 * Measures what an attempt of a job uses: the time on the wall, and by /proc the programs that it starts. Each is looked at
 * twice a second, so that its last half second, and a program shorter than that, may be missing: the CPU time is a lower
 * bound. What the gateway itself and a server that many jobs share do for the job is not told apart, and not counted.
 */
export class Meter {
  readonly #started = performance.now();
  readonly #ticks = new Map<number, number>();
  readonly #running = new Set<number>();
  #peakMiB = 0;
  #timer: NodeJS.Timeout | undefined;
  #sampling: Promise<void> | undefined;

  /** Counts a program, and all that it starts, until it ends. */
  watch(pid: number): void {
    this.#ticks.set(pid, 0);
    this.#running.add(pid);
    this.#timer ??= setInterval(() => void this.#sample(), sampleMs).unref();
    void this.#sample();
  }

  /** What was used so far. */
  read(): Usage {
    const wallSeconds = (performance.now() - this.#started) / 1000;
    if (this.#ticks.size === 0) return { wallSeconds };
    const ticks = [...this.#ticks.values()].reduce((sum, one) => sum + one, 0);
    return { wallSeconds, programs: { cpuSeconds: ticks / ticksPerSecond, peakMiB: this.#peakMiB } };
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #sample(): Promise<void> {
    this.#sampling ??= this.#look()
      .catch(() => undefined)
      .finally(() => (this.#sampling = undefined));
    await this.#sampling;
  }

  async #look(): Promise<void> {
    const entries = await listProcesses();
    let memory = 0;
    for (const pid of this.#running) {
      const tree = treeOf(entries, pid);
      if (tree.length === 0) this.#running.delete(pid);
      // A process counts the children that it has waited for, so the tree's sum grows as long as its root lives.
      const ticks = tree.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
      this.#ticks.set(pid, Math.max(this.#ticks.get(pid) ?? 0, ticks));
      for (const member of tree) memory += (await rssKiB(member.pid)) / 1024;
    }
    this.#peakMiB = Math.max(this.#peakMiB, memory);
    if (this.#running.size === 0) this.close();
  }
}

const current = new AsyncLocalStorage<Meter>();

/** Runs the work of a job: what is started within is counted by the meter. */
export function metered<T>(meter: Meter, work: () => Promise<T>): Promise<T> {
  return current.run(meter, work);
}

/** Counts a program for the job that starts it; one that is started outside of any job is nobody's. */
export function meterProgram(pid: number): void {
  current.getStore()?.watch(pid);
}
