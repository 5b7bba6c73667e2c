import { CairnError, type DatasetWarning } from '@cairn/contracts';
import { invalidDataset } from './fault.ts';

/** The kinds of things that a dataset may hold and had better not, with their words for one and for many. */
const kinds = {
  'outline-crossing': ['outline crosses itself', 'outlines cross themselves'],
  'outline-off-chips': ['outline lies on no chip', 'outlines lie on no chip'],
  'chip-unlabelled': ['chip has no outline on it', 'chips have no outline on them'],
  'chip-blank': ['chip is of one colour throughout', 'chips are of one colour throughout'],
  'chip-twin': ['chip has the very bytes of another one', 'chips have the very bytes of another one'],
  'osm-incomplete': [
    'building of the OSM file is not whole: its ring is open, or parts of it are not in the file',
    'buildings of the OSM file are not whole: a ring is open, or parts of them are not in the file',
  ],
  'osm-twice': ['building is in the OSM file a second time', 'buildings are in the OSM file a second time'],
} as const;

/** A kind of warning. */
export type WarningKind = keyof typeof kinds;

/** Places that are listed of each kind, and faults that are told of in words. */
const listed = 20;

/** Gathers what is found in a dataset: faults, which refuse it, and warnings, which are told. */
export class Findings {
  readonly #faults: CairnError[] = [];
  #refused = 0;
  readonly #warnings = new Map<WarningKind, { count: number; where: string[] }>();

  /** Notes a thing that does not stand in the way. @param where file, place in a file, or element. */
  warn(kind: WarningKind, where: string): void {
    const held = this.#warnings.get(kind) ?? { count: 0, where: [] };
    held.count += 1;
    if (held.where.length < listed) held.where.push(where);
    this.#warnings.set(kind, held);
  }

  /** Does a part of the check; a fault in it is kept, and the check goes on. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.refuse(error);
      return undefined;
    }
  }

  /** Keeps a fault. Anything else than a CairnError is thrown on. */
  refuse(error: unknown): void {
    if (!(error instanceof CairnError)) throw error;
    this.#refused += 1;
    if (this.#faults.length <= listed) this.#faults.push(error);
  }

  /** What was noted, by kind in the order of the table; at most 20 places of each are listed. */
  get warnings(): DatasetWarning[] {
    return (Object.keys(kinds) as WarningKind[]).flatMap((kind) => {
      const held = this.#warnings.get(kind);
      if (held === undefined) return [];
      const words = `${held.count} ${kinds[kind][held.count === 1 ? 0 : 1]}`;
      return [{ kind, words, ...held }];
    });
  }

  /**
   * Ends the check.
   * @throws CairnError the first fault, which tells of the others too.
   */
  settle(): void {
    const [first, ...others] = this.#faults;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const told = others.map(({ message, more }) => `${message} (${more.where})`).join(' ');
    const untold = this.#refused - this.#faults.length;
    const rest = untold === 0 ? '' : ` And ${untold} more.`;
    const message = `${first.message} The dataset has ${this.#refused} faults; the others: ${told}${rest}`;
    throw invalidDataset(message, first.more.where ?? '', first.more.action ?? '', first);
  }
}
