import { elementsOf, invalidMember, type BlockParameters, type InferRequest, type Tensor } from '@cairn/contracts';
import { blockImage } from './block.ts';
import type { Network } from './network.ts';
import { answerRaw, rawImage } from './raw-image.ts';
import type { ModelTask } from './tasks/model-task.ts';
import { paddedSize, rectanglesOf, wantedOf, type Window, type WindowLayout } from './windows.ts';

/**
 * Edge in pixels of the largest core that a network is asked about at once. The rims of the reference network are 96 pixels
 * wide: windows of 512 have it compute 1.9 times their core, one of 1024 1.4 times, of 2048 1.2 times, in 1.8 GB of memory.
 */
const largest = 2048;

/** What a detector is made of. */
export interface DetectorParts {
  network: Pick<Network, 'answer' | 'planes' | 'run' | 'takesAnySize'>;
  task: ModelTask;
  layout: WindowLayout & { stride: number };
}

/** Pixels of a padded block: RGBA row by row, and how wide a row is. */
interface Pixels {
  rgba: Uint8Array;
  width: number;
}

/** What a block's windows answered, put together; what that is, the task knows. */
export interface Detection {
  place: BlockParameters;
  found: unknown;
}

/** The first node of the graph: the image of a block to what the network says of its windows, put together by its task. */
export class Detector {
  readonly #parts: DetectorParts;

  constructor(parts: DetectorParts) {
    this.#parts = parts;
  }

  /**
   * What the network itself answers to a raw image (see `rawImage`); null where a request brings a block.
   * @throws CairnError `input-invalid`, `model-output-invalid`
   */
  async answer(request: Pick<InferRequest, 'inputs'>): Promise<Tensor | null> {
    const { network, task, layout } = this.#parts;
    const raw = rawImage(request.inputs, layout.stride);
    if (raw === null) return null;
    if (!task.answersRaw) {
      throw invalidMember('/inputs/0/datatype', 'must be BYTES, a block: only networks of one class answer numbers');
    }
    return answerRaw(network, raw);
  }

  /**
   * What is found in a block. The network is not asked where no pixel of a window's core has data.
   * @throws CairnError `input-invalid`, `model-output-invalid`
   */
  async find(request: Pick<InferRequest, 'inputs'>): Promise<Detection> {
    const { network, task, layout } = this.#parts;
    const { place, rgba } = await blockImage(request, (one) => paddedSize(one, layout));
    const pixels = { rgba, width: paddedSize(place, layout).width };
    const collector = task.collector(place);
    const { halo } = layout;
    const placed = (window: Window) => ({ left: window.x - place.originX, top: window.y - place.originY });
    const windows = rectanglesOf(place, layout, this.#most);
    const filled = new Set(windows.flat(2).filter((window) => hasData(pixels, placed(window), halo, window)));
    const asked = windows.flatMap((rectangle) => wantedOf(rectangle, (window) => filled.has(window)));
    for (const window of asked) {
      const { left, top } = placed(window);
      const { width, height } = window;
      const planes = network.planes(3 * width * height);
      fillPlanes(planes, pixels, left, top, window);
      const answer = await network.answer(planes, width, height);
      collector.take({ window, halo, ...pixels, left, top }, answer);
    }
    return { place, found: collector.found() };
  }

  /** Windows along the edge of a rectangle that the network is asked about at once. */
  get #most(): number {
    const { network, task, layout } = this.#parts;
    return task.isPixelwise && network.takesAnySize ? Math.max(1, Math.floor(largest / layout.window)) : 1;
  }
}

/** Whether a window's core has a pixel with data. @param placed where the window's top left pixel lies. */
function hasData(
  { rgba, width }: Pixels,
  placed: { left: number; top: number },
  halo: number,
  { core }: Window,
): boolean {
  for (let y = 0; y < core.y1 - core.y0; y++) {
    const row = ((placed.top + halo + y) * width + placed.left + halo) * 4 + 3;
    const end = row + (core.x1 - core.x0) * 4;
    for (let at = row; at < end; at += 4) if (rgba[at] !== 0) return true;
  }
  return false;
}

/** What a byte stands for, 0..1. */
const fractions = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Fills in a window as the network takes it: float32 [3, height, width], 0..1, and 0 where there is no data, as in training. */
function fillPlanes(planes: Float32Array, pixels: Pixels, left: number, top: number, { width, height }: Window): void {
  const plane = width * height;
  // A pixel a word, red in its lowest byte.
  const words = elementsOf('UINT32', pixels.rgba) as Uint32Array;
  const [red, green, blue] = [0, 1, 2].map((band) => planes.subarray(band * plane, (band + 1) * plane));
  for (let y = 0, to = 0; y < height; y++, to += width) {
    const from = (top + y) * pixels.width + left;
    fillRow(words.subarray(from, from + width), red!, green!, blue!, to);
  }
}

function fillRow(row: Uint32Array, red: Float32Array, green: Float32Array, blue: Float32Array, to: number): void {
  for (let at = 0; at < row.length; at++, to++) {
    const word = row[at]! > 0xffffff ? row[at]! : 0;
    red[to] = fractions[word & 255]!;
    green[to] = fractions[(word >> 8) & 255]!;
    blue[to] = fractions[(word >> 16) & 255]!;
  }
}
