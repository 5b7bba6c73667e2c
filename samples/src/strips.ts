/**
 * RGBA strips of an area, from the north down: what a raster writer is fed with.
 */
import { drawWindow } from './picture.ts';
import { isNoData } from './plan.ts';
import type { Area } from './plan.ts';
import type { Settlement } from './settlement.ts';

/** Width and height of the windows that an area is drawn in; it changes no pixel. */
const WINDOW = 512;

/**
 * Yields strips of up to 512 whole rows, RGBA and pixel interleaved; alpha is 0 where the flight has no data, and so
 * are the colours there.
 *
 * @param missing the area whose north-eastern corner has no data; undefined if all pixels are there
 */
export function* stripsOf(settlement: Settlement, area: Area, missing: Area | undefined): Generator<Uint8Array> {
  for (let top = 0; top < area.height; top += WINDOW) {
    const rows = Math.min(WINDOW, area.height - top);
    const strip = new Uint8Array(area.width * rows * 4);
    for (let left = 0; left < area.width; left += WINDOW) {
      const columns = Math.min(WINDOW, area.width - left);
      const picture = drawWindow(settlement, area.x + left, area.y + top, columns, rows);
      for (let row = 0; row < rows; row++) {
        let from = row * columns * 3;
        let to = (row * area.width + left) * 4;
        for (let column = 0; column < columns; column++, from += 3, to += 4) {
          if (missing && isNoData(settlement.seed, missing, area.x + left + column, area.y + top + row)) continue;
          strip[to] = picture[from]!;
          strip[to + 1] = picture[from + 1]!;
          strip[to + 2] = picture[from + 2]!;
          strip[to + 3] = 255;
        }
      }
    }
    yield strip;
  }
}
