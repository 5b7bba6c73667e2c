import { setTimeout as sleep } from 'node:timers/promises';

/** Who asks a host: at most so many at a time, in the order they came, and nobody before the time the host has named. */
export class Pace {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #notBefore = 0;

  constructor(places: number) {
    this.#free = places;
  }

  /** Does `work` when it is its turn. */
  async turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** The host wants to be left alone for so many milliseconds, by everyone. */
  hold(milliseconds: number): void {
    this.#notBefore = Math.max(this.#notBefore, Date.now() + milliseconds);
  }

  /** Waits until the host may be asked again. */
  async open(signal: AbortSignal): Promise<void> {
    for (let left = this.#notBefore - Date.now(); left > 0; left = this.#notBefore - Date.now()) {
      await pause(left, signal);
    }
  }
}

/** Waits; throws the signal's reason when it aborts meanwhile. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // The sleep is woken by an error of its own, which says less than the signal's reason.
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
