import { CairnError } from '@cairn/contracts';

const free = 5;
const longestSeconds = 15 * 60;
const atMost = 10_000;

interface Failed {
  count: number;
  until: number;
}

/**
 * Slows down who guesses passwords: after five failures in a row for one name each further attempt waits twice as long as
 * the one before, up to a quarter of an hour. An attempt counts from its beginning, so that many at once gain nothing. Names
 * that nobody has are counted too, or the wait would tell which there are. Kept in memory: a restart needs the machine.
 */
export class Attempts {
  readonly #failed = new Map<string, Failed>();
  readonly #now: () => number;

  /** @param now milliseconds; a test has its own. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts an attempt. @throws CairnError `too-many-attempts` where the name has to wait. */
  begin(name: string): void {
    const now = this.#now();
    const { count, until } = this.#failed.get(name) ?? { count: 0, until: 0 };
    if (until > now) {
      const seconds = Math.ceil((until - now) / 1000);
      throw new CairnError('too-many-attempts', `There were ${count} wrong passwords in a row for this name.`, {
        where: '/account',
        action: `Wait ${seconds} s and try again, or ask an administrator to set a new password.`,
      });
    }
    const wait = count + 1 < free ? 0 : Math.min(2 ** (count + 1 - free), longestSeconds);
    this.#failed.delete(name);
    if (this.#failed.size >= atMost) this.#failed.delete(this.#failed.keys().next().value!);
    this.#failed.set(name, { count: count + 1, until: now + wait * 1000 });
  }

  /** The attempt succeeded: what failed before is forgotten. */
  succeeded(name: string): void {
    this.#failed.delete(name);
  }
}
