import type { Box } from '@cairn/geo';
import type { BlockCache } from './block-cache.ts';
import type { OpenRaster } from './window.ts';

/** Pixels of a resolution of the image that are looked at, at most. */
const mostPixels = 4 * 1024 * 1024;

/**
 * Which boxes of an image have data, by its finest resolution that is quickly read. Where there is none, an image without
 * overviews, all of them are taken to have some.
 * @param scale pixels of the image along the edge of a box's pixel
 * @throws CairnError `imagery-corrupt`
 */
export async function coverage(
  { name, raster }: OpenRaster,
  scale: number,
  boxes: readonly Box[],
  cache: BlockCache,
): Promise<boolean[]> {
  const index = raster.levels.findIndex(({ width, height }) => width * height <= mostPixels);
  const level = raster.levels[index];
  if (level === undefined) return boxes.map(() => true);
  const { width, height, blockWidth, blockHeight } = level;
  const alpha = new Uint8Array(width * height);
  for (let top = 0; top < height; top += blockHeight) {
    for (let left = 0; left < width; left += blockWidth) {
      const rgba = await cache.block(name, raster, index, left / blockWidth, top / blockHeight);
      const [right, bottom] = [Math.min(width, left + blockWidth), Math.min(height, top + blockHeight)];
      for (let y = top; y < bottom; y++) {
        let at = (y - top) * blockWidth * 4 + 3;
        for (let x = left; x < right; x++, at += 4) alpha[y * width + x] = rgba[at]!;
      }
    }
  }
  const full = raster.levels[0]!;
  const ratio = { x: (scale * width) / full.width, y: (scale * height) / full.height };
  return boxes.map((box) => {
    const [x0, x1] = [Math.max(0, Math.floor(box.x0 * ratio.x)), Math.min(width, Math.ceil(box.x1 * ratio.x))];
    const [y0, y1] = [Math.max(0, Math.floor(box.y0 * ratio.y)), Math.min(height, Math.ceil(box.y1 * ratio.y))];
    for (let y = y0; y < y1; y++) {
      if (alpha.subarray(y * width + x0, y * width + x1).some((value) => value !== 0)) return true;
    }
    return false;
  });
}
