import type { Box } from '@cairn/geo';
import type { Patch } from './box-average.ts';

/** What `BoxAverage` makes of pixels of the wanted size, without summing up: a copy, in which data have alpha 255. */
export class PixelCopy {
  readonly #window: Box;
  /** A pixel a word: red in its lowest byte, alpha in its highest. (So is every machine that Node runs on today.) */
  readonly #pixels: Uint32Array;

  /** @param window box of the wanted pixels */
  constructor(window: Box) {
    this.#window = window;
    this.#pixels = new Uint32Array((window.x1 - window.x0) * (window.y1 - window.y0));
  }

  /** Adds native pixels; those outside the window are passed over. */
  add({ box, rgba, stride }: Patch): void {
    const { x0, y0, x1, y1 } = this.#window;
    const [left, right] = [Math.max(x0, box.x0), Math.min(x1, box.x1)];
    const [top, bottom] = [Math.max(y0, box.y0), Math.min(y1, box.y1)];
    const out = this.#pixels;
    const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4);
    for (let y = top; y < bottom; y++) {
      let from = (y - box.y0) * stride + left - box.x0;
      let to = (y - y0) * (x1 - x0) + left - x0;
      for (let x = left; x < right; x++, from++, to++) {
        const pixel = pixels[from]!;
        if (pixel > 0xffffff) out[to] = pixel | 0xff000000;
      }
    }
  }

  /** The pixels as RGBA; alpha is 0 where there are no data, else 255. */
  rgba(): Uint8Array {
    return new Uint8Array(this.#pixels.buffer);
  }
}
