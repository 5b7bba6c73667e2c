import { type Blueprint, type BlueprintPart, type BlueprintPartId, blueprintParts } from '@cairn/contracts';
import { withoutSecrets } from './address.ts';
import type { Probe, Sight } from './probe.ts';

/** How long a part may take to answer, and how long an answer is told again, in milliseconds. */
export interface BlueprintTiming {
  limit: number;
  keep: number;
}

const usual: BlueprintTiming = { limit: 2000, keep: 3000 };

/**
 * How the parts of the platform are. All are asked at once, each for so long at most, and what they answered is told again
 * for a while: many who look ask them no more often than one.
 */
export class BlueprintProbes {
  readonly #probes: Record<BlueprintPartId, Probe>;
  readonly #timing: BlueprintTiming;
  #told: { blueprint: Promise<Blueprint>; until: number } | undefined;

  constructor(options: { probes: Record<BlueprintPartId, Probe>; timing?: Partial<BlueprintTiming> }) {
    this.#probes = options.probes;
    this.#timing = { ...usual, ...options.timing };
  }

  /** The parts in their order. One that does not answer is `down`; this never throws for it. */
  async read(): Promise<Blueprint> {
    if (this.#told === undefined || this.#told.until < performance.now()) {
      this.#told = { blueprint: this.#look(), until: performance.now() + this.#timing.limit + this.#timing.keep };
      const told = this.#told;
      void told.blueprint.then(() => (told.until = performance.now() + this.#timing.keep));
    }
    return this.#told.blueprint;
  }

  async #look(): Promise<Blueprint> {
    const parts = await Promise.all(blueprintParts.map((id) => this.#part(id)));
    return { at: new Date().toISOString(), parts };
  }

  async #part(id: BlueprintPartId): Promise<BlueprintPart> {
    const { standIn } = this.#probes[id];
    const begun = performance.now();
    const sight = await this.#sight(this.#probes[id]);
    const { address, detail } = sight;
    return {
      id,
      standIn,
      ...sight,
      ...(address === undefined ? {} : { address: withoutSecrets(address) }),
      ...(detail === undefined ? {} : { detail: withoutSecrets(detail) }),
      milliseconds: Math.round(performance.now() - begun),
    };
  }

  async #sight(probe: Probe): Promise<Sight> {
    const { limit } = this.#timing;
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const reason = new Error(`It did not answer within ${limit / 1000} s.`);
        late.abort(reason);
        reject(reason);
      }, limit);
    });
    try {
      return await Promise.race([probe.look(late.signal), over]);
    } catch (error) {
      return { state: 'down', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
