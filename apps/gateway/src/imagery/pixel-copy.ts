import type { Box } from '@cairn/geo';
import type { Patch } from './box-average.ts';

/** What `BoxAverage` makes of pixels of the wanted size, without summing up: a copy, in which data have alpha 255. */
export class PixelCopy {
  readonly #window: Box;
  readonly #rgba: Uint8Array;

  /** @param window box of the wanted pixels */
  constructor(window: Box) {
    this.#window = window;
    this.#rgba = new Uint8Array((window.x1 - window.x0) * (window.y1 - window.y0) * 4);
  }

  /** Adds native pixels; those outside the window are passed over. */
  add({ box, rgba, stride }: Patch): void {
    const { x0, y0, x1, y1 } = this.#window;
    const [left, right] = [Math.max(x0, box.x0), Math.min(x1, box.x1)];
    const [top, bottom] = [Math.max(y0, box.y0), Math.min(y1, box.y1)];
    const out = this.#rgba;
    for (let y = top; y < bottom; y++) {
      let from = ((y - box.y0) * stride + left - box.x0) * 4;
      let to = ((y - y0) * (x1 - x0) + left - x0) * 4;
      for (let x = left; x < right; x++, from += 4, to += 4) {
        if (rgba[from + 3] === 0) continue;
        out[to] = rgba[from]!;
        out[to + 1] = rgba[from + 1]!;
        out[to + 2] = rgba[from + 2]!;
        out[to + 3] = 255;
      }
    }
  }

  /** The pixels as RGBA; alpha is 0 where there are no data, else 255. */
  rgba(): Uint8Array {
    return this.#rgba;
  }
}
