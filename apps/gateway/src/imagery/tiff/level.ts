import type { Box } from '@cairn/geo';
import type { BaseDecoder, GeoTIFFImage } from 'geotiff';
import { corrupt, unsupported } from '../fault.ts';
import { decoderOf } from './decoder.ts';

/** More pixels than this in one tile or strip would have to be unpacked at once. */
const mostBlockPixels = 32 * 1024 * 1024;

/** One resolution of the image: the full one, or an overview. Blocks are its tiles or strips. */
export interface Level {
  width: number;
  height: number;
  blockWidth: number;
  blockHeight: number;
}

/** What a level is read from. */
export interface LevelParts extends Level {
  image: GeoTIFFImage;
  decoder: BaseDecoder;
  mask?: LevelParts;
}

/**
 * Reads what one directory is made of.
 * @throws CairnError `imagery-corrupt`, `imagery-unsupported`
 */
export async function levelOf(image: GeoTIFFImage): Promise<LevelParts> {
  const [width, height] = [image.getWidth(), image.getHeight()];
  const [blockWidth, blockHeight] = [image.getTileWidth(), Math.min(image.getTileHeight(), 1 << 24)];
  if (![width, height, blockWidth, blockHeight].every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw corrupt('its size is not a number of pixels', 'ImageWidth');
  }
  const rows = image.isTiled ? blockHeight : Math.min(blockHeight, height);
  if (blockWidth * rows > mostBlockPixels) {
    throw unsupported(
      `has tiles or strips of ${blockWidth} × ${rows} pixels`,
      'TileWidth',
      'Cut it into tiles: gdal_translate -of COG INPUT OUTPUT.tif',
    );
  }
  const planar = image.planarConfiguration as number;
  if (planar !== 1 && planar !== 2) throw corrupt('its bands lie in no known order', 'PlanarConfiguration');
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / rows);
  const offsets = image.isTiled ? 'TileOffsets' : 'StripOffsets';
  const listed = await image.fileDirectory.loadValue(offsets);
  const due = blocks * (planar === 2 ? image.getSamplesPerPixel() : 1);
  if (listed === undefined || listed.length < due) throw corrupt(`it lists too few blocks for its size`, offsets);
  const bytes = blockWidth * rows * (planar === 2 ? 1 : image.getSamplesPerPixel());
  const decoder = await decoderOf(image, bytes * Math.max(1, image.getBitsPerSample() / 8));
  return { image, decoder, width, height, blockWidth, blockHeight: rows };
}

/** A piece of a file. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** The blocks that a box of a level's pixels needs, by row, then column. */
export function blocksOf({ blockWidth, blockHeight }: Level, { x0, y0, x1, y1 }: Box): [col: number, row: number][] {
  const blocks: [number, number][] = [];
  for (let row = Math.floor(y0 / blockHeight); row * blockHeight < y1; row++) {
    for (let col = Math.floor(x0 / blockWidth); col * blockWidth < x1; col++) blocks.push([col, row]);
  }
  return blocks;
}

/** Where in the file some blocks of a level lie. */
export async function rangesOf(
  { image, width, height, blockWidth, blockHeight }: LevelParts,
  blocks: readonly [col: number, row: number][],
): Promise<ByteRange[]> {
  const kind = image.isTiled ? 'Tile' : 'Strip';
  const offsets = await image.fileDirectory.loadValue(`${kind}Offsets`);
  const lengths = await image.fileDirectory.loadValue(`${kind}ByteCounts`);
  const columns = Math.ceil(width / blockWidth);
  const planes = image.planarConfiguration === 2 ? image.getSamplesPerPixel() : 1;
  const perPlane = columns * Math.ceil(height / blockHeight);
  return blocks.flatMap(([col, row]) =>
    Array.from({ length: planes }, (_, plane): ByteRange => {
      const at = plane * perPlane + row * columns + col;
      return { offset: offsets?.[at] ?? 0, length: lengths?.[at] ?? 0 };
    }),
  );
}
