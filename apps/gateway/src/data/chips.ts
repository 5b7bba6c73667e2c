import { type Box, boxOf, chipName, measure, tileBounds, unitsOf } from '@cairn/geo';
import { CairnError, type Digest } from '@cairn/contracts';
import sharp, { type OutputInfo, type Stats } from 'sharp';
import type { ImageryReader } from '../imagery/reader.ts';
import { invalidDataset } from './fault.ts';

/** The folder of the chips in a dataset. */
export const chipsFolder = 'chips/';

/** Pixels of a picture that are looked at in memory. */
const mostPixels = 2048 * 2048;

/** A chip on the ground: its outline, one ring of 1e-7 degree, and metres a pixel. */
export interface Chip {
  path: string;
  footprint: number[];
  box: Box;
  areaKm2: number;
  gsd: number;
  /** Every pixel has the same value, or none: there is nothing to see on it. */
  blank: boolean;
}

/** A file of a dataset, its SHA-256 and where its bytes lie. */
export interface DatasetFile {
  path: string;
  digest: Digest;
  file: string;
}

/** Whether a chip knows by itself where it lies. */
export function isGeoTiff(path: string): boolean {
  return /\.tiff?$/i.test(path);
}

/**
 * Reads one chip: a georeferenced GeoTIFF, or a picture named `PREFIX-x-y-z.ext` after its web map tile. It is decoded, so
 * that a broken one is found now and not in the middle of a training.
 * @throws CairnError `dataset-invalid`; `where` is the chip.
 */
export async function readChip(entry: DatasetFile, reader: ImageryReader): Promise<Chip> {
  return isGeoTiff(entry.path) ? readGeoTiff(entry, reader) : readTile(entry);
}

/**
 * Where a chip lies, of a file that was checked before: nothing is decoded. Null where its name tells no place.
 * @throws CairnError `imagery-invalid` for a GeoTIFF that cannot be read.
 */
export async function chipFootprint({ path, file }: DatasetFile, reader: ImageryReader): Promise<number[] | null> {
  if (isGeoTiff(path)) return (await reader.describe(file)).footprint;
  const name = chipName(path.slice(path.lastIndexOf('/') + 1));
  return name === undefined ? null : outlineOf(tileBounds(name));
}

function outlineOf(bounds: readonly number[]): number[] {
  const [west, south, east, north] = bounds.map(unitsOf) as [number, number, number, number];
  return [west, south, east, south, east, north, west, north];
}

async function readGeoTiff({ path, file }: DatasetFile, reader: ImageryReader): Promise<Chip> {
  try {
    const { footprint, gsd } = await reader.describe(file);
    await reader.check(file);
    // What only the reader of imagery can decode counts as something to see.
    const stats = await sharp(file)
      .stats()
      .catch(() => undefined);
    return placed(path, footprint, gsd, stats !== undefined && isBlank(stats));
  } catch (cause) {
    if (!(cause instanceof CairnError)) throw cause;
    throw invalidDataset(
      `The chip ${path} cannot be used. ${cause.message}`,
      path,
      cause.more.action ?? replace,
      cause,
    );
  }
}

async function readTile({ path, file }: DatasetFile): Promise<Chip> {
  const name = chipName(path.slice(path.lastIndexOf('/') + 1));
  if (name === undefined) {
    const action = 'Name it PREFIX-x-y-z.jpg after its web map tile, or bring it as a georeferenced GeoTIFF.';
    throw invalidDataset(`The place of the chip ${path} is not known.`, path, action);
  }
  const bounds = tileBounds(name);
  const footprint = outlineOf(bounds);
  const { width, blank } = await decoded(path, file);
  const middle = Math.cos((((bounds[1] + bounds[3]) / 2) * Math.PI) / 180);
  const equator = 2 * Math.PI * 6378137;
  return placed(path, footprint, (equator * middle) / 2 ** name.z / width, blank);
}

async function decoded(path: string, file: string): Promise<{ width: number; blank: boolean }> {
  try {
    const image = sharp(file, { failOn: 'error', sequentialRead: true });
    const { width, height, depth } = await image.metadata();
    // Statistics cost ten times as much as the pixels of a small picture, and take little memory for those of a large one.
    const isSmall = depth === 'uchar' && width * height <= mostPixels;
    const blank = isSmall
      ? isOneColour(await image.raw().toBuffer({ resolveWithObject: true }))
      : isBlank(await image.stats());
    if (width !== height) throw new Error(`it has ${width} × ${height} pixels, a tile is square`);
    return { width, blank };
  } catch (cause) {
    const words = (cause as Error).message.split('\n')[0]!;
    throw invalidDataset(`The chip ${path} cannot be read: ${words}.`, path, replace, cause);
  }
}

/** As `isBlank`, of the pixels themselves. */
function isOneColour({ data, info: { channels } }: { data: Buffer; info: OutputInfo }): boolean {
  const isClear = channels === 2 || channels === 4;
  let same = true;
  let clear = isClear;
  for (let at = 0; at < data.length && (same || clear); at++) {
    const channel = at % channels;
    if (data[at] !== data[channel]) same = false;
    if (isClear && channel === channels - 1 && data[at] !== 0) clear = false;
  }
  return same || clear;
}

function isBlank({ channels }: Stats): boolean {
  const alpha = channels.length === 2 || channels.length === 4 ? channels.at(-1) : undefined;
  return alpha?.max === 0 || channels.every(({ min, max }) => min === max);
}

function placed(path: string, footprint: number[], gsd: number, blank: boolean): Chip {
  return { path, footprint, box: boxOf([footprint]), areaKm2: measure([footprint]).area / 1e6, gsd, blank };
}

const replace = 'Replace the chip, or take it out of the dataset.';
