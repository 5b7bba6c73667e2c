import { backgroundClass, graphTensors, type BlockParameters } from '@cairn/contracts';
import { traceBlock, type Box, type Shapes } from '@cairn/geo';
import { probabilitiesOf, sizesOf, type Answer } from '../answer.ts';
import { pack, unpack } from '../block.ts';
import { coreOf, coresOf, type Collector, type ModelTask, type SeenWindow } from './model-task.ts';

/** A byte a pixel of the core, row by row. */
export interface FoundPixels {
  /** 0 where there is no data, p is max(1, round(255 p)). */
  probability: Uint8Array;
  /** The number of the likeliest class; empty where one alone is looked for. */
  likeliest: Uint8Array;
}

/**
 * A class for each pixel: `probability` float32 [1, C, H, W], one channel a class; or, of two classes, the second one's alone.
 * A pixel belongs to its likeliest class from the threshold on.
 */
export function semanticSegmentation(classes: readonly string[]): ModelTask<FoundPixels> {
  const wanted = [...classes.keys()].filter((one) => classes[one] !== backgroundClass);
  const several = wanted.length > 1;
  return {
    outputs: ['probability'],
    edge: graphTensors.probability,
    answersRaw: !several,
    isPixelwise: true,
    collector: (place) => new Pixels(place, classes.length, several ? null : wanted[0]!),
    pack: ({ probability, likeliest }) => pack(several ? Buffer.concat([probability, likeliest]) : probability),
    unpack: async (text, place) => {
      const pixels = sizeOf(coreOf(place));
      const bytes = await unpack(text, several ? 2 * pixels : pixels);
      return { probability: bytes.subarray(0, pixels), likeliest: bytes.subarray(pixels) };
    },
    shapes: (found, place): Shapes[] => {
      const least = Math.max(1, place.threshold * 255);
      const whole = coreOf(place);
      return coresOf(place).map((core) => {
        const probability = cut(found.probability, whole, core);
        const likeliest = several ? cut(found.likeliest, whole, core) : null;
        const polygons = wanted.flatMap((one) => {
          const mask = maskOf(probability, least, likeliest, one);
          return traceBlock(mask, core, probability).polygons.map((polygon) => ({ ...polygon, class: classes[one]! }));
        });
        return { polygons, objects: [] };
      });
    },
  };
}

/** The pixels of a class: 1, of all else 0. */
function maskOf(probability: Uint8Array, least: number, likeliest: Uint8Array | null, one: number): Uint8Array {
  const mask = new Uint8Array(probability.length);
  for (let i = 0; i < mask.length; i++) {
    if (probability[i]! >= least && (likeliest === null || likeliest[i] === one)) mask[i] = 1;
  }
  return mask;
}

/** The part of a core's bytes that is a block's. */
function cut(bytes: Uint8Array, whole: Box, part: Box): Uint8Array {
  if (sizeOf(part) === bytes.length) return bytes;
  const [stride, width] = [whole.x1 - whole.x0, part.x1 - part.x0];
  const own = new Uint8Array(sizeOf(part));
  for (let y = part.y0; y < part.y1; y++) {
    const from = (y - whole.y0) * stride + part.x0 - whole.x0;
    own.set(bytes.subarray(from, from + width), (y - part.y0) * width);
  }
  return own;
}

function sizeOf({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0) * (y1 - y0);
}

class Pixels implements Collector<FoundPixels> {
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
    const pixels = sizeOf(coreOf(place));
    this.#probability = new Uint8Array(pixels);
    this.#likeliest = new Uint8Array(only === null ? pixels : 0);
  }

  take(seen: SeenWindow, answer: Answer): void {
    const { width, height } = seen.window;
    // Two classes exclude each other: a network tells the second one's probability, or both.
    const alone = this.#classes === 2 && sizesOf(answer, 'probability')[1] === 1;
    const channels = alone ? 1 : this.#classes;
    const values = probabilitiesOf(answer, 'probability', [1, channels, height, width]);
    const plane = width * height;
    for (const row of this.#rows(seen)) {
      if (this.#only === null) this.#likeliestOf(row, values, channels, plane);
      else this.#probabilityOf(row, values, alone ? 0 : this.#only * plane);
    }
  }

  found(): FoundPixels {
    return { probability: this.#probability, likeliest: this.#likeliest };
  }

  #probabilityOf({ from, to, alpha, rgba, count }: Row, values: Float32Array, first: number): void {
    for (let x = 0; x < count; x++) {
      if (rgba[alpha + x * 4] !== 0) this.#probability[to + x] = quantised(values[first + from + x]!);
    }
  }

  #likeliestOf({ from, to, alpha, rgba, count }: Row, values: Float32Array, channels: number, plane: number): void {
    for (let x = 0; x < count; x++) {
      if (rgba[alpha + x * 4] === 0) continue;
      let likeliest = 0;
      for (let c = 1; c < channels; c++) {
        if (values[c * plane + from + x]! > values[likeliest * plane + from + x]!) likeliest = c;
      }
      this.#likeliest[to + x] = likeliest;
      this.#probability[to + x] = quantised(values[likeliest * plane + from + x]!);
    }
  }

  /** The rows of a window's core. */
  #rows({ window, halo, rgba, width, left, top }: SeenWindow): Row[] {
    const { core } = window;
    return Array.from({ length: core.y1 - core.y0 }, (_, y) => ({
      from: (y + halo) * window.width + halo,
      to: (core.y0 - this.#place.coreY0 + y) * this.#width + core.x0 - this.#place.coreX0,
      alpha: ((top + halo + y) * width + left + halo) * 4 + 3,
      rgba,
      count: core.x1 - core.x0,
    }));
  }
}

/** A row of a window's core: where it begins in the network's plane, in the block's core, and its alpha in the block's pixels. */
interface Row {
  from: number;
  to: number;
  alpha: number;
  rgba: Uint8Array;
  count: number;
}

function quantised(probability: number): number {
  return Math.max(1, Math.min(255, Math.floor(probability * 255 + 0.5)));
}
