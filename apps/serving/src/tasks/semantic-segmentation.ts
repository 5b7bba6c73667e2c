import { backgroundClass, graphTensors, type BlockParameters } from '@cairn/contracts';
import { traceBlock, type Shapes } from '@cairn/geo';
import { probabilitiesOf, sizesOf, type Answer } from '../answer.ts';
import { pack, unpack } from '../block.ts';
import { coreOf, type Collector, type ModelTask, type SeenWindow } from './model-task.ts';

/**
 * A class for each pixel: `probability` float32 [1, C, H, W], one channel a class; or, of two classes, the second one's alone.
 * What travels is a byte a pixel, 0 where there is no data, p is max(1, round(255 p)); of more than one class that is looked for,
 * the number of the likeliest is a second one. A pixel belongs to that class from the threshold on.
 */
export function semanticSegmentation(classes: readonly string[]): ModelTask {
  const wanted = [...classes.keys()].filter((one) => classes[one] !== backgroundClass);
  const several = wanted.length > 1;
  const pixelsOf = ({ x0, y0, x1, y1 }: ReturnType<typeof coreOf>): number => (x1 - x0) * (y1 - y0);
  return {
    outputs: ['probability'],
    edge: graphTensors.probability,
    answersRaw: !several,
    isPixelwise: true,
    collector: (place) => new Pixels(place, classes.length, several ? null : wanted[0]!),
    shapes: async (packed, place): Promise<Shapes> => {
      const core = coreOf(place);
      const pixels = pixelsOf(core);
      const bytes = await unpack(packed, several ? 2 * pixels : pixels);
      const [probability, likeliest] = [bytes.subarray(0, pixels), bytes.subarray(pixels)];
      const least = Math.max(1, place.threshold * 255);
      const polygons = wanted.flatMap((one) => {
        const mask = probability.map((value, i) => (value >= least && (!several || likeliest[i] === one) ? 1 : 0));
        return traceBlock(mask, core, probability).polygons.map((polygon) => ({ ...polygon, class: classes[one]! }));
      });
      return { polygons, objects: [] };
    },
  };
}

class Pixels implements Collector {
  readonly #place: BlockParameters;
  readonly #classes: number;
  /** The one class that is looked for; null where there are several. */
  readonly #only: number | null;
  readonly #width: number;
  readonly #probability: Uint8Array;
  readonly #likeliest: Uint8Array;

  constructor(place: BlockParameters, classes: number, only: number | null) {
    this.#place = place;
    this.#classes = classes;
    this.#only = only;
    this.#width = place.coreX1 - place.coreX0;
    const pixels = this.#width * (place.coreY1 - place.coreY0);
    this.#probability = new Uint8Array(pixels);
    this.#likeliest = new Uint8Array(only === null ? pixels : 0);
  }

  take(seen: SeenWindow, answer: Answer): void {
    const { edge } = seen;
    // Two classes exclude each other: a network tells the second one's probability, or both.
    const alone = this.#classes === 2 && sizesOf(answer, 'probability')[1] === 1;
    const channels = alone ? 1 : this.#classes;
    const values = probabilitiesOf(answer, 'probability', [1, channels, edge, edge]);
    const plane = edge * edge;
    const only = this.#only === null ? null : alone ? 0 : this.#only * plane;
    if (only !== null) {
      this.#each(seen, (to, from) => (this.#probability[to] = quantised(values[only + from]!)));
      return;
    }
    this.#each(seen, (to, from) => {
      let likeliest = 0;
      for (let c = 1; c < channels; c++) {
        if (values[c * plane + from]! > values[likeliest * plane + from]!) likeliest = c;
      }
      this.#likeliest[to] = likeliest;
      this.#probability[to] = quantised(values[likeliest * plane + from]!);
    });
  }

  packed(): Promise<string> {
    return pack(this.#only === null ? Buffer.concat([this.#probability, this.#likeliest]) : this.#probability);
  }

  /** Calls with the place in the block's core and in the network's planes, for each pixel of a window that has data. */
  #each({ window: { core }, edge, halo, rgba, width, left, top }: SeenWindow, pixel: Visit): void {
    for (let y = 0; y < core.y1 - core.y0; y++) {
      let from = (y + halo) * edge + halo;
      let alpha = ((top + halo + y) * width + left + halo) * 4 + 3;
      let to = (core.y0 - this.#place.coreY0 + y) * this.#width + core.x0 - this.#place.coreX0;
      for (let x = core.x0; x < core.x1; x++, from++, alpha += 4, to++) if (rgba[alpha] !== 0) pixel(to, from);
    }
  }
}

type Visit = (to: number, from: number) => void;

function quantised(probability: number): number {
  return Math.max(1, Math.min(255, Math.floor(probability * 255 + 0.5)));
}
