import type { BlueprintPart } from '@cairn/contracts';

/** How a part is, as its probe sees it. */
export type Sight = Pick<BlueprintPart, 'state' | 'version' | 'address' | 'detail'>;

/** Looks how a part of the platform is, by asking it something that only it can answer. Starts nothing. */
export interface Probe {
  /** Whether something smaller does the part's work on this machine. */
  readonly standIn: boolean;
  /**
   * @param signal aborts when the answer is not waited for any more
   * @throws whatever says that the part is down
   */
  look(signal: AbortSignal): Promise<Sight>;
}
