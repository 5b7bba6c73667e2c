import { graphTensors, invalidMember, type InferRequest, type Tensor } from '@cairn/contracts';
import { blockOf, tensorOf, unpack } from './block.ts';
import type { Network } from './network.ts';
import { answerRaw, rawImage } from './raw-image.ts';
import type { ModelTask } from './tasks/model-task.ts';
import { paddedSize, squaresOf, type Square, type Window, type WindowLayout } from './windows.ts';

/**
 * Edge in pixels of the largest core that a network is asked about at once. The rims of the reference network are 96 pixels
 * wide: windows of 512 have it compute 1.9 times their core, a square of 1536 only 1.27 times, in about 1 GB of memory.
 */
const largestSquare = 1536;

/** What a detector is made of. */
export interface DetectorParts {
  network: Pick<Network, 'answer' | 'run' | 'takesAnySize'>;
  task: ModelTask;
  layout: WindowLayout & { stride: number };
}

/** Pixels of a padded block: RGBA row by row, and how wide a row is. */
interface Pixels {
  rgba: Uint8Array;
  width: number;
}

/** The first node of the graph: the image of a block to what the network says of its windows, put together by its task. */
export class Detector {
  readonly #parts: DetectorParts;

  constructor(parts: DetectorParts) {
    this.#parts = parts;
  }

  /**
   * Takes the tensor `image` and gives that of the task's edge. The network is not asked where no pixel of a window's core has
   * data. A raw image (see `rawImage`) is answered by the network itself.
   * @throws CairnError `input-invalid`, `model-output-invalid`
   */
  async infer(request: Pick<InferRequest, 'inputs'>): Promise<Tensor> {
    const { network, task, layout } = this.#parts;
    const raw = rawImage(request.inputs, layout.stride);
    if (raw !== null && !task.answersRaw) {
      throw invalidMember('/inputs/0/datatype', 'must be BYTES, a block: only networks of one class answer numbers');
    }
    if (raw !== null) return answerRaw(network, raw);
    const { place, data } = blockOf(request, graphTensors.image);
    const squares = squaresOf(place, layout, this.#most);
    const { width, height } = paddedSize(place, layout);
    const pixels = { rgba: await unpack(data, width * height * 4), width };
    const collector = task.collector(place);
    const { halo } = layout;
    const placed = (window: Window) => ({ left: window.x - place.originX, top: window.y - place.originY });
    const asked = squares.flatMap((square) => withData(square, pixels, halo, placed));
    for (const window of asked) {
      const { left, top } = placed(window);
      const { edge } = window;
      const answer = await network.answer(planesOf(pixels, left, top, edge), edge, edge);
      collector.take({ window, edge, halo, ...pixels, left, top }, answer);
    }
    return tensorOf(task.edge, place, await collector.packed());
  }

  /** Windows along the edge of a square that the network is asked about at once. */
  get #most(): number {
    const { network, task, layout } = this.#parts;
    return task.isPixelwise && network.takesAnySize ? Math.max(1, Math.floor(largestSquare / layout.window)) : 1;
  }
}

/** What the network is asked about of a square: all of it at once, or where some have no data, the windows that have. */
function withData(
  { windows, whole }: Square,
  pixels: Pixels,
  halo: number,
  placed: (window: Window) => { left: number; top: number },
): Window[] {
  const filled = windows.filter((window) => {
    const { left, top } = placed(window);
    return hasData(pixels, left + halo, top + halo, window);
  });
  return filled.length === windows.length ? [whole] : filled;
}

/** Whether a window's core, whose top left pixel is given, has a pixel with data. */
function hasData({ rgba, width }: Pixels, left: number, top: number, { core }: Window): boolean {
  for (let y = 0; y < core.y1 - core.y0; y++) {
    const row = ((top + y) * width + left) * 4 + 3;
    const end = row + (core.x1 - core.x0) * 4;
    for (let at = row; at < end; at += 4) if (rgba[at] !== 0) return true;
  }
  return false;
}

/** What a byte stands for, 0..1. */
const fractions = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A window as the network takes it: float32 [3, edge, edge], 0..1, and 0 where there is no data, as in training. */
function planesOf({ rgba, width }: Pixels, left: number, top: number, edge: number): Float32Array {
  const plane = edge * edge;
  const planes = new Float32Array(plane * 3);
  for (let y = 0, to = 0; y < edge; y++) {
    let at = ((top + y) * width + left) * 4;
    for (let x = 0; x < edge; x++, at += 4, to++) {
      if (rgba[at + 3] === 0) continue;
      planes[to] = fractions[rgba[at]!]!;
      planes[to + plane] = fractions[rgba[at + 1]!]!;
      planes[to + 2 * plane] = fractions[rgba[at + 2]!]!;
    }
  }
  return planes;
}
