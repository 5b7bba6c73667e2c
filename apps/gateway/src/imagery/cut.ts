import { CairnError } from '@cairn/contracts';
import { isGeographic, pixelWindow, unitsOf, type Bbox, type Box } from '@cairn/geo';
import type { BlockCache } from './block-cache.ts';
import { unsupported } from './fault.ts';
import type { Raster } from './tiff/raster.ts';
import type { OpenRaster } from './window.ts';
import { writeCog } from './write-cog.ts';

/**
 * The pixels of an image that a part of it takes: those of the area, and on to the edges of the file's blocks, so that parts of
 * one image have their pixels in common.
 * @param bbox in degrees
 * @throws CairnError `aoi-outside-imagery`, `imagery-unsupported` where its rows run to the north
 */
export function cutBox({ levels, reference }: Pick<Raster, 'levels' | 'reference'>, bbox: Bbox): Box {
  if (reference.transform[5] > 0) {
    const action = 'Turn it north up: gdalwarp -of COG INPUT OUTPUT.tif';
    throw unsupported('has its rows from the south', 'ModelTransformation', action);
  }
  const { width, height, blockWidth, blockHeight } = levels[0]!;
  const [west, south, east, north] = bbox.map(unitsOf) as [number, number, number, number];
  const box = pixelWindow([west, south, east, south, east, north, west, north], reference, width, height);
  if (box === undefined) {
    throw new CairnError('aoi-outside-imagery', 'The image has nothing of the area.', {
      where: '/inputs/remote/bbox',
      action: 'Check the order west, south, east, north, in degrees.',
    });
  }
  return {
    x0: Math.floor(box.x0 / blockWidth) * blockWidth,
    y0: Math.floor(box.y0 / blockHeight) * blockHeight,
    x1: Math.min(width, Math.ceil(box.x1 / blockWidth) * blockWidth),
    y1: Math.min(height, Math.ceil(box.y1 / blockHeight) * blockHeight),
  };
}

/**
 * Writes a part of an image as a Cloud Optimized GeoTIFF (RGBA, 8 bits): the pixels that a window of the whole would show. The
 * same part gives the same bytes.
 * @param box whole blocks of the image, see `cutBox`
 * @throws CairnError `imagery-corrupt`, `disk-full`
 */
export async function writeCut(open: OpenRaster, box: Box, target: string, cache: BlockCache): Promise<void> {
  const { crs, epsg, transform } = open.raster.reference;
  const [west, pixelWidth, , north, , pixelHeight] = transform;
  const place = {
    epsg,
    geographic: isGeographic(crs),
    west: west + box.x0 * pixelWidth,
    north: north + box.y0 * pixelHeight,
    pixelWidth,
    pixelHeight: -pixelHeight,
  };
  await writeCog({ width: box.x1 - box.x0, height: box.y1 - box.y0, ...place }, rowsOf(open, box, cache), target);
}

/** The pixels row of blocks by row of blocks. */
async function* rowsOf({ name, raster }: OpenRaster, box: Box, cache: BlockCache): AsyncGenerator<Uint8Array> {
  const { blockWidth, blockHeight } = raster.levels[0]!;
  const width = box.x1 - box.x0;
  for (let top = box.y0; top < box.y1; top += blockHeight) {
    const height = Math.min(blockHeight, box.y1 - top);
    const rows = new Uint8Array(width * height * 4);
    for (let left = box.x0; left < box.x1; left += blockWidth) {
      const rgba = await cache.block(name, raster, 0, left / blockWidth, top / blockHeight);
      const bytes = Math.min(blockWidth, box.x1 - left) * 4;
      for (let y = 0; y < height; y++) {
        const from = y * blockWidth * 4;
        rows.set(rgba.subarray(from, from + bytes), (y * width + left - box.x0) * 4);
      }
    }
    yield rows;
  }
}
