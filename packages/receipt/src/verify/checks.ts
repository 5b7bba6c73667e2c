import type { Known } from '../kind.ts';

/** One thing that was looked at, in words for the person who holds the file. */
export interface Check {
  /** Stable name with slashes, such as `seal/prediction/datasetDigest`. */
  readonly name: string;
  readonly ok: boolean;
  /** A plain sentence; where `ok` is false it says what is wrong and what to do. Safe to print. */
  readonly words: string;
  /** For a fact under a valid signature: how it is known. Else null. */
  readonly known: Known | null;
}

/** What to do about most failures. */
export const GET_AGAIN = 'Get the file again from where it was made, and do not rely on this copy.';

/** The checks of one verification, in the order in which they were made. */
export class Checks {
  readonly list: Check[] = [];

  add(name: string, ok: boolean, words: string, known: Known | null = null): void {
    this.list.push({ name, ok, words, known });
  }
}
