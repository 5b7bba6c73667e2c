/**
 * From surfaces to a picture: sunlight and sky, the relief of the land, a lens that blurs a little, sensor noise.
 */
import type { Canvas } from './canvas.ts';
import { clamp } from './integer.ts';
import { grain } from './noise.ts';

/** Light of the sky and of the sun for each band, scaled by 2^8: shadows are bluish, sunlit surfaces warm. */
const SKY = [106, 112, 126] as const;
const SUN = [154, 147, 131] as const;

/**
 * The RGB bytes (pixel interleaved) of a canvas without its outermost ring of pixels, which only feeds the blur.
 */
export function expose(canvas: Canvas): Uint8Array {
  const { width, height } = canvas;
  const lit = [canvas.red, canvas.green, canvas.blue].map((band, b) => illuminate(canvas, band, SKY[b]!, SUN[b]!));
  const picture = new Uint8Array((width - 2) * (height - 2) * 3);
  let at = 0;
  for (let row = 1; row < height - 1; row++) {
    for (let column = 1; column < width - 1; column++) {
      const index = row * width + column;
      const x = canvas.x0 + column;
      const y = canvas.y0 + row;
      // Noise that the three bands share, and some of each band's own.
      const shared = grain(canvas.seed ^ 0x11, x, y) + grain(canvas.seed ^ 0x12, x, y) - 255;
      for (let band = 0; band < 3; band++) {
        const own = grain(canvas.seed ^ (0x21 + band), x, y) - 128;
        const value = blurred(lit[band]!, index, width) + ((shared >> 1) + own) / 32;
        picture[at++] = clamp(Math.floor(value), 1, 255);
      }
    }
  }
  return picture;
}

function illuminate(canvas: Canvas, band: Int16Array, sky: number, sun: number): Int16Array {
  const lit = new Int16Array(band.length);
  const wide = canvas.noise[4];
  const broad = canvas.noise[3];
  for (let index = 0; index < band.length; index++) {
    const direct = (canvas.slope[index]! * (255 - canvas.shadow[index]!)) >> 8;
    const relief = 244 + (wide[index]! >> 4) + (broad[index]! >> 5);
    const light = ((sky + ((sun * direct) >> 8)) * relief) >> 8;
    lit[index] = clamp((band[index]! * light) >> 8, 0, 255);
  }
  return lit;
}

/** A 3 x 3 binomial blur with a heavy middle (weights 1 2 1, 2 20 2, 1 2 1). */
function blurred(band: Int16Array, index: number, width: number): number {
  const above = index - width;
  const below = index + width;
  const corners = band[above - 1]! + band[above + 1]! + band[below - 1]! + band[below + 1]!;
  const sides = band[above]! + band[below]! + band[index - 1]! + band[index + 1]!;
  return (corners + 2 * sides + 20 * band[index]! + 16) >> 5;
}
