/** Lets work that somebody waits for go before work that nobody waits for, on this machine. */
export class Precedence {
  #urgent = 0;
  #waiting: (() => void)[] = [];

  /** Does work that somebody waits for. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent += 1;
    try {
      return await work();
    } finally {
      this.#urgent -= 1;
      if (this.#urgent === 0) for (const go of this.#waiting.splice(0)) go();
    }
  }

  /** Waits until no work is done that somebody waits for. @throws the signal's reason */
  async clear(signal: AbortSignal): Promise<void> {
    while (this.#urgent > 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go);
          resolve();
        };
        this.#waiting.push(go);
        signal.addEventListener('abort', go, { once: true });
      });
    }
    signal.throwIfAborted();
  }
}
