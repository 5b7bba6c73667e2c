/**
 * Integer arithmetic that gives the same answer on every machine.
 *
 * The scene is drawn with these alone: no Math.sin, Math.pow or Math.random, whose last bits differ between engines.
 * Divisions are of integers below 2^53 and are floored, which IEEE 754 makes exact enough to be repeatable.
 */

/** Avalanche of a 32-bit integer (the finaliser of MurmurHash3); the result is signed. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Unsigned 32-bit hash of a seed and up to three integers. */
export function hash(seed: number, a: number, b = 0, c = 0): number {
  let h = mix(seed ^ Math.imul(a, 0x9e3779b1));
  h = mix(h ^ Math.imul(b, 0x85ebca77));
  h = mix(h ^ Math.imul(c, 0x27d4eb2f));
  return h >>> 0;
}

/** Largest integer whose square is not above `n` (0 ≤ n < 2^53). */
export function squareRoot(n: number): number {
  let root = Math.floor(Math.sqrt(n));
  while (root * root > n) root--;
  while ((root + 1) * (root + 1) <= n) root++;
  return root;
}

/** `value` kept between `low` and `high`. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** The remainder that is never negative. */
export function modulo(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/** A repeatable sequence of draws, one for each thing that is laid out. */
export class Dice {
  #state: number;

  constructor(seed: number, a: number, b = 0, c = 0) {
    this.#state = hash(seed, a, b, c);
  }

  /** The next unsigned 32-bit draw. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix(this.#state) >>> 0;
  }

  /** An integer from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor(((this.next() >>> 8) * count) / 0x1000000);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of 100 draws. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of `choices`, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of choices) total += weight;
    let left = this.below(total);
    for (const [choice, weight] of choices) {
      if (left < weight) return choice;
      left -= weight;
    }
    throw new RangeError('weighted() needs at least one choice with a weight above 0');
  }
}
