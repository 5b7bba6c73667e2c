import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An environment that is perhaps being built. */
export interface Building {
  /** It is whole: the next may begin. */
  whole(): void;
  /** It came to its end; where nobody said that it is whole, what is left of it goes when the next begins. */
  end(): void;
}

/**
 * The packages' Python environments, in one folder. MLflow takes an environment's folder for a whole one, also where its
 * building was cut short. So they are built one at a time, under a note of those that were there before: if that is still
 * there when the next begins, what it does not name is half of one, and goes.
 */
export class Environments {
  readonly folder: string;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: { folder: string }) {
    this.folder = options.folder;
  }

  /**
   * Waits for the turn to build, and clears away what was left half built.
   * @throws the signal's reason.
   */
  async begin(signal: AbortSignal): Promise<Building> {
    const before = this.#turn;
    let end = (): void => undefined;
    const mine = new Promise<void>((resolve) => (end = resolve));
    this.#turn = before.then(() => mine);
    const note = join(this.folder, noteName);
    try {
      await Promise.race([before, aborted(signal)]);
      signal.throwIfAborted();
      await mkdir(this.folder, { recursive: true });
      await this.#removeHalfBuilt(note);
      await writeFile(note, JSON.stringify(await readdir(this.folder)));
    } catch (error) {
      end();
      throw error;
    }
    let removal: Promise<void> | undefined;
    return {
      whole: () => void (removal ??= rm(note, { force: true }).finally(end)),
      end: () => {
        if (removal === undefined) end();
      },
    };
  }

  async #removeHalfBuilt(note: string): Promise<void> {
    const text = await readFile(note, 'utf8').catch(() => null);
    if (text === null) return;
    const whole = new Set(namesIn(text));
    for (const name of await readdir(this.folder)) {
      if (!whole.has(name)) await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }
}

const noteName = 'building';

/** A note that was itself cut short names none: then all are built again, from uv's cache. */
function namesIn(text: string): unknown[] {
  try {
    const names = JSON.parse(text) as unknown;
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
