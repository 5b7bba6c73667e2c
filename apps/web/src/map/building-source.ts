import type { GeoJSONSource } from 'maplibre-gl';
import type { FoundFeature } from '@cairn/contracts';

/**
 * How many buildings are handed to the map's worker at a time. Each is copied by the page's own thread, some hundredths of a
 * millisecond: ten thousand at once held everything else up for a tenth of a second.
 */
const portion = 1500;

/** The buildings that the map has. A list that goes on where the last one ended, as a prediction on its way does, costs what is new. */
export class BuildingSource {
  readonly #source: GeoJSONSource;
  #wanted: readonly FoundFeature[] = [];
  /** The list of which the map has the first `#count`. */
  #list: readonly FoundFeature[] = [];
  #count = 0;
  #sending = false;
  #ended = false;

  constructor(source: GeoJSONSource) {
    this.#source = source;
  }

  set(features: readonly FoundFeature[]): void {
    this.#wanted = features;
    if (!this.#sending) void this.#send();
  }

  /** The map goes. */
  end(): void {
    this.#ended = true;
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (!this.#ended && (this.#list !== this.#wanted || this.#count < this.#wanted.length)) {
      const list = this.#wanted;
      const from = this.#goesOn(list) ? this.#count : 0;
      const add = list.slice(from, from + portion).map(({ geometry, properties: { confidence } }, place) => ({
        type: 'Feature' as const,
        // Ids of content are no numbers, which is what tiles hold: the place in the list stands in for them.
        id: from + place,
        geometry,
        properties: { confidence },
      }));
      const update = this.#source.updateData({ removeAll: from === 0, add });
      this.#list = list;
      this.#count = from + add.length;
      await update;
    }
    this.#sending = false;
  }

  #goesOn(list: readonly FoundFeature[]): boolean {
    const last = this.#count - 1;
    return last >= 0 && last < list.length && list[0] === this.#list[0] && list[last] === this.#list[last];
  }
}
