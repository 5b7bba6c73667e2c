import type { FoundFeature } from '@cairn/contracts';
import type { Bbox } from '../gateway.ts';
import { boxAround } from '../map/box.ts';
import { binCount, binOf } from '../map/confidence.ts';

/** From what area on, in m², each bar of the plot of areas counts; the last has no end. */
export const areaEdges = [0, 25, 50, 75, 100, 150, 200, 300, 500, 1000] as const;

/** What some buildings add up to. */
export interface Sums {
  count: number;
  areaM2: number;
  /** How many there are in each bin of confidence. */
  byConfidence: number[];
  /** How many there are from each of `areaEdges` to the next. */
  byArea: number[];
}

/**
 * The figures of a result's buildings as columns of numbers, in the order of the file: what the slider, the table and the plot
 * ask at every movement, in a few operations a building.
 */
export class Columns {
  readonly confidence: Float64Array;
  /** In m². */
  readonly area: Float64Array;
  /** The places of all of them, in the order of the file. */
  readonly all: Uint32Array;
  readonly #bin: Uint8Array;
  /** West, south, east, north of each building. */
  readonly #boxes: Float64Array;

  constructor(buildings: readonly FoundFeature[]) {
    this.confidence = Float64Array.from(buildings, ({ properties }) => properties.confidence);
    this.area = Float64Array.from(buildings, ({ properties }) => properties.area_m2);
    this.all = Uint32Array.from(buildings.keys());
    this.#bin = Uint8Array.from(this.confidence, binOf);
    this.#boxes = new Float64Array(4 * buildings.length);
    for (const [place, { geometry }] of buildings.entries()) {
      this.#boxes.set(boxAround(geometry.coordinates.slice(0, 1)), 4 * place);
    }
  }

  get count(): number {
    return this.confidence.length;
  }

  /** The box of the building at a place. */
  boxAt(place: number): Bbox {
    const [west = 0, south = 0, east = 0, north = 0] = this.#boxes.subarray(4 * place, 4 * place + 4);
    return [west, south, east, north];
  }

  /** The places of the buildings that a view holds, even in part; of all where there is no view. */
  within(view: Bbox | undefined): Uint32Array {
    return view === undefined ? this.all : this.all.filter((place) => this.#meets(place, view));
  }

  /** Those of some places whose confidence is at least that at which a bin begins. */
  sure(places: Uint32Array, least: number): Uint32Array {
    const first = binOf(least);
    return places.filter((place) => this.#bin[place]! >= first);
  }

  /** What the buildings at some places add up to. */
  sums(places: Uint32Array): Sums {
    const byConfidence = new Array<number>(binCount).fill(0);
    const byArea = new Array<number>(areaEdges.length).fill(0);
    let areaM2 = 0;
    for (const place of places) {
      const area = this.area[place]!;
      areaM2 += area;
      byConfidence[this.#bin[place]!]! += 1;
      byArea[areaEdges.findLastIndex((from) => area >= from)]! += 1;
    }
    return { count: places.length, areaM2, byConfidence, byArea };
  }

  #meets(place: number, [west, south, east, north]: Bbox): boolean {
    const at = 4 * place;
    const boxes = this.#boxes;
    return boxes[at]! <= east && boxes[at + 2]! >= west && boxes[at + 1]! <= north && boxes[at + 3]! >= south;
  }
}
