import { graphTensors, invalidMember, type InferRequest, type Tensor } from '@cairn/contracts';
import { blockOf, tensorOf, unpack } from './block.ts';
import type { Network } from './network.ts';
import { answerRaw, rawImage } from './raw-image.ts';
import type { ModelTask } from './tasks/model-task.ts';
import { paddedSize, windowsOf, type Window, type WindowLayout } from './windows.ts';

/** What a detector is made of. */
export interface DetectorParts {
  network: Pick<Network, 'answer' | 'run'>;
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
    const windows = windowsOf(place, layout);
    const { width, height } = paddedSize(place, layout);
    const pixels = { rgba: await unpack(data, width * height * 4), width };
    const collector = task.collector(place);
    const { window: size, halo } = layout;
    const edge = size + 2 * halo;
    for (const window of windows) {
      const left = window.x - place.originX;
      const top = window.y - place.originY;
      if (!hasData(pixels, left + halo, top + halo, window)) continue;
      const answer = await network.answer(planesOf(pixels, left, top, edge), edge, edge);
      collector.take({ window, edge, halo, ...pixels, left, top }, answer);
    }
    return tensorOf(task.edge, place, await collector.packed());
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
