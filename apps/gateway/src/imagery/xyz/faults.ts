import { CairnError } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';

/** A tile that could not be had or read. */
export interface FaultyTile {
  x: number;
  y: number;
  gap: 'tiles-unreachable' | 'imagery-corrupt';
}

/** The faulty tiles of a set, as far as they are passed over. */
export class Faults {
  readonly #most: number;
  readonly #log: (line: string) => void;
  #count = 0;

  constructor(most: number, log: (line: string) => void) {
    this.#most = most;
    this.#log = log;
  }

  /** Passes a fault over, or throws it: where none may be, where they are too many, and where it is none of a tile. */
  pass({ x, y }: Tile, error: unknown): FaultyTile {
    if (this.#most === 0 || !(error instanceof CairnError)) throw error;
    const { code, message, more } = error;
    if (code !== 'tiles-unreachable' && code !== 'imagery-corrupt') throw error;
    this.#log(`passed over: ${message}`);
    this.#count += 1;
    if (this.#count <= this.#most) return { x, y, gap: code };
    throw new CairnError(code, `${message} Before, ${this.#most} faulty tiles were passed over; more are not.`, more);
  }
}
