import type { Box } from '@cairn/geo';

/** Native pixels: RGBA row by row of a box of the image. */
export interface Patch {
  box: Box;
  rgba: Uint8Array;
  /** Pixels from one row of `rgba` to the next. */
  stride: number;
}

/**
 * Means of boxes of native pixels, weighted by the area that each shares with the box; pixels without data take no part,
 * and a box of only such is without data. Patches have to come in one order for all windows (by row, then column): the
 * sums are then the same bits whatever the window.
 */
export class BoxAverage {
  readonly #window: Box;
  readonly #scale: number;
  readonly #sums: Float64Array;

  /**
   * @param window box of the wanted pixels
   * @param scale native pixels along the edge of a wanted one
   */
  constructor(window: Box, scale: number) {
    this.#window = window;
    this.#scale = scale;
    this.#sums = new Float64Array((window.x1 - window.x0) * (window.y1 - window.y0) * 4);
  }

  /** Adds native pixels; those outside the window are passed over. */
  add({ box, rgba, stride }: Patch): void {
    const scale = this.#scale;
    const { x0, y0, x1, y1 } = this.#window;
    const width = x1 - x0;
    const columns = shares(box.x0, box.x1, scale, x0, x1);
    const rows = shares(box.y0, box.y1, scale, y0, y1);
    const sums = this.#sums;
    for (let r = 0; r < rows.native.length; r++) {
      const from = (rows.native[r]! - box.y0) * stride - box.x0;
      const to = (rows.wanted[r]! - y0) * width - x0;
      for (let c = 0; c < columns.native.length; c++) {
        const at = (from + columns.native[c]!) * 4;
        if (rgba[at + 3] === 0) continue;
        const weight = rows.share[r]! * columns.share[c]!;
        const sum = (to + columns.wanted[c]!) * 4;
        sums[sum]! += weight * rgba[at]!;
        sums[sum + 1]! += weight * rgba[at + 1]!;
        sums[sum + 2]! += weight * rgba[at + 2]!;
        sums[sum + 3]! += weight;
      }
    }
  }

  /** The means as RGBA, rounded half up; alpha is 0 where no native pixel had data, else 255. */
  rgba(): Uint8Array {
    const out = new Uint8Array(this.#sums.length);
    for (let i = 0; i < out.length; i += 4) {
      const weight = this.#sums[i + 3]!;
      if (weight === 0) continue;
      for (let band = 0; band < 3; band++) out[i + band] = Math.floor(this.#sums[i + band]! / weight + 0.5);
      out[i + 3] = 255;
    }
    return out;
  }
}

/** Which wanted pixel each native one of a range falls to, and with what share of its length. */
interface Shares {
  native: number[];
  wanted: number[];
  share: number[];
}

function shares(from: number, to: number, scale: number, first: number, end: number): Shares {
  const list: Shares = { native: [], wanted: [], share: [] };
  const least = Math.max(from, Math.floor(first * scale));
  const most = Math.min(to, Math.ceil(end * scale));
  for (let native = least; native < most; native++) {
    const last = Math.min(end - 1, Math.ceil((native + 1) / scale) - 1);
    for (let wanted = Math.max(first, Math.floor(native / scale)); wanted <= last; wanted++) {
      const share = Math.min(native + 1, (wanted + 1) * scale) - Math.max(native, wanted * scale);
      if (share <= 1e-9) continue;
      list.native.push(native);
      list.wanted.push(wanted);
      list.share.push(share);
    }
  }
  return list;
}
