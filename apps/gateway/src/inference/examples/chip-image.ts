import { CairnError } from '@cairn/contracts';
import {
  type Aoi,
  type Box,
  boxOf,
  crsOf,
  footprint,
  type Georeference,
  parseAoi,
  pixelOfLonLat,
  polygonCoordinates,
  type Ring,
  UNITS_PER_DEGREE,
} from '@cairn/geo';
import sharp from 'sharp';
import { isGeoTiff } from '../../data/chips.ts';
import type { ExampleChip, PlacedChip } from '../../data/example-chips.ts';
import { modelGrid } from '../../imagery/model-grid.ts';
import type { ImageryInfo } from '../../imagery/reader.ts';
import type { ImageryThread } from '../../imagery/reader-thread.ts';
import type { Ground } from './judge.ts';

/** Pixels of a chip or of a model's grid that are shown at most in each direction; of a larger chip the middle. */
const mostShown = 1024;

/** A chip as an image that a network can be asked about. */
export interface ChipImage {
  path: string;
  info: ImageryInfo;
  /** What is looked at: the part that is shown, and half its size around it, so that buildings are whole. */
  aoi: Aoi;
  ground: Ground;
  shown: Shown;
}

/** The part that is shown, as pixels: those of the image where they are not too many, else those of the model's grid. */
export interface Shown {
  /** Metres a pixel, by which the image is read. */
  gsd: number;
  box: Box;
  reference: Georeference;
}

/**
 * Lays a chip out with those that touch it, as one image: a network sees beyond a chip's edge, as it does in a prediction and in
 * an evaluation. A large chip stands for itself, and so does one that is on no grid with those beside it.
 * @param gsd the model's resolution in metres a pixel
 * @param target a file to write
 * @throws CairnError `imagery-*`; `where` is the chip.
 */
export async function chipImage(
  reader: ImageryThread,
  { chip, around }: ExampleChip,
  gsd: number,
  target: string,
): Promise<ChipImage> {
  const beside = (await longerEdge(reader, chip)) > mostShown ? [] : around;
  const { path, parts } = await laidOut(reader, chip, beside, target);
  const info = await reader.call('describe', path);
  const reference = { crs: crsOf(info.crs), transform: info.transform };
  const grid = modelGrid({ width: info.width, height: info.height, reference }, gsd);
  const box = middleOf(cut(boxInPixels(chip.footprint, grid), grid));
  const own = footprint(box, grid);
  const looked = footprint(cut(grown(box), grid), grid);
  const fine = cut(boxInPixels(own, reference), info);
  const isSmall = Math.max(fine.x1 - fine.x0, fine.y1 - fine.y0) <= mostShown;
  return {
    path,
    info,
    aoi: parseAoi({ type: 'Polygon', coordinates: polygonCoordinates([looked]) }),
    ground: { own, image: parts.map((part) => part.footprint) },
    shown: isSmall ? { gsd: info.gsd, box: fine, reference } : { gsd, box, reference: grid },
  };
}

/** Rings of 1e-7 degree as pixels of the part that is shown. */
export function inPixels(rings: readonly Ring[], { reference, box }: Shown): number[][] {
  return rings.map((ring) => pixelsOf(ring, reference).map((value, i) => value - (i % 2 === 0 ? box.x0 : box.y0)));
}

async function laidOut(
  reader: ImageryThread,
  chip: PlacedChip,
  beside: readonly PlacedChip[],
  target: string,
): Promise<{ path: string; parts: PlacedChip[] }> {
  const parts = [chip, ...beside];
  if (parts.length === 1 && isGeoTiff(chip.path)) return { path: chip.file, parts };
  try {
    await reader.call(
      'mosaic',
      parts.map(({ path, file }) => ({ name: path, path: file })),
      target,
    );
    return { path: target, parts };
  } catch (error) {
    if (beside.length === 0 || !(error instanceof CairnError) || error.code !== 'imagery-unsupported') throw error;
    return laidOut(reader, chip, [], target);
  }
}

async function longerEdge(reader: ImageryThread, { path, file }: PlacedChip): Promise<number> {
  const { width, height } = isGeoTiff(path) ? await reader.call('describe', file) : await sharp(file).metadata();
  return Math.max(width, height);
}

function pixelsOf(ring: Ring, reference: Georeference): number[] {
  const pixels: number[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    pixels.push(...pixelOfLonLat(reference, ring[i]! / UNITS_PER_DEGREE, ring[i + 1]! / UNITS_PER_DEGREE));
  }
  return pixels;
}

/** The pixels that a ring on the ground encloses; its corners are those of pixels, but for the rounding to 1e-7 degree. */
function boxInPixels(ring: Ring, reference: Georeference): Box {
  const { x0, y0, x1, y1 } = boxOf([pixelsOf(ring, reference)]);
  return { x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x1), y1: Math.round(y1) };
}

function cut({ x0, y0, x1, y1 }: Box, { width, height }: { width: number; height: number }): Box {
  return { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(width, x1), y1: Math.min(height, y1) };
}

function middleOf({ x0, y0, x1, y1 }: Box): Box {
  const [width, height] = [Math.min(x1 - x0, mostShown), Math.min(y1 - y0, mostShown)];
  const [left, top] = [x0 + Math.floor((x1 - x0 - width) / 2), y0 + Math.floor((y1 - y0 - height) / 2)];
  return { x0: left, y0: top, x1: left + width, y1: top + height };
}

function grown({ x0, y0, x1, y1 }: Box): Box {
  const [dx, dy] = [Math.ceil((x1 - x0) / 2), Math.ceil((y1 - y0) / 2)];
  return { x0: x0 - dx, y0: y0 - dy, x1: x1 + dx, y1: y1 + dy };
}
