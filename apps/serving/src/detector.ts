import { graphTensors, type InferRequest, type Tensor } from '@cairn/contracts';
import { blockOf, pack, tensorOf, unpack } from './block.ts';
import type { Network } from './network.ts';
import { answerRaw, rawImage } from './raw-image.ts';
import { paddedSize, windowsOf, type Window, type WindowLayout } from './windows.ts';

/** What a detector is made of. */
export interface DetectorParts {
  network: Pick<Network, 'run'>;
  layout: WindowLayout & { stride: number };
}

/** Pixels of a padded block: RGBA row by row, and how wide a row is. */
interface Pixels {
  rgba: Uint8Array;
  width: number;
}

/** The first node of the graph: the image of a block to the probability of each pixel of its core. */
export class Detector {
  readonly #parts: DetectorParts;

  constructor(parts: DetectorParts) {
    this.#parts = parts;
  }

  /**
   * Takes the tensor `image` and gives `probability`. The network is not asked where no pixel of a window's core has
   * data: 0 is the answer there. A raw image (see `rawImage`) is answered by the network itself.
   * @throws CairnError `input-invalid`, `model-output-invalid`
   */
  async infer(request: Pick<InferRequest, 'inputs'>): Promise<Tensor> {
    const raw = rawImage(request.inputs, this.#parts.layout.stride);
    if (raw !== null) return answerRaw(this.#parts.network, raw);
    const { place, data } = blockOf(request, graphTensors.image);
    const { layout } = this.#parts;
    const windows = windowsOf(place, layout);
    const { width, height } = paddedSize(place, layout);
    const pixels = { rgba: await unpack(data, width * height * 4), width };
    const coreWidth = place.coreX1 - place.coreX0;
    const probability = new Uint8Array(coreWidth * (place.coreY1 - place.coreY0));
    const edge = layout.window + 2 * layout.halo;
    for (const window of windows) {
      const left = window.x - place.originX;
      const top = window.y - place.originY;
      const offset = (window.core.y0 - place.coreY0) * coreWidth + (window.core.x0 - place.coreX0);
      if (!hasData(pixels, left + layout.halo, top + layout.halo, window)) continue;
      const answer = await this.#parts.network.run(planesOf(pixels, left, top, edge), edge, edge);
      this.#quantise(answer, window, pixels, { left, top }, probability.subarray(offset), coreWidth);
    }
    return tensorOf(graphTensors.probability, place, await pack(probability));
  }

  #quantise(
    answer: Float32Array,
    { core }: Window,
    { rgba, width }: Pixels,
    at: { left: number; top: number },
    out: Uint8Array,
    stride: number,
  ): void {
    const { window, halo } = this.#parts.layout;
    const edge = window + 2 * halo;
    for (let y = 0; y < core.y1 - core.y0; y++) {
      let from = (y + halo) * edge + halo;
      let alpha = ((at.top + halo + y) * width + at.left + halo) * 4 + 3;
      let to = y * stride;
      for (let x = core.x0; x < core.x1; x++, from++, alpha += 4, to++) {
        if (rgba[alpha] !== 0) out[to] = Math.max(1, Math.min(255, Math.floor(answer[from]! * 255 + 0.5)));
      }
    }
  }
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

/** A window as the network takes it: float32 [3, edge, edge], 0..1, and 0 where there is no data, as in training. */
function planesOf({ rgba, width }: Pixels, left: number, top: number, edge: number): Float32Array {
  const plane = edge * edge;
  const planes = new Float32Array(plane * 3);
  for (let y = 0, to = 0; y < edge; y++) {
    let at = ((top + y) * width + left) * 4;
    for (let x = 0; x < edge; x++, at += 4, to++) {
      if (rgba[at + 3] === 0) continue;
      planes[to] = rgba[at]! / 255;
      planes[to + plane] = rgba[at + 1]! / 255;
      planes[to + 2 * plane] = rgba[at + 2]! / 255;
    }
  }
  return planes;
}
