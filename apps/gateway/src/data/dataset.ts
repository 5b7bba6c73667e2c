import { boxesMeet, degreesOf, measure } from '@cairn/geo';
import { readFile, stat } from 'node:fs/promises';
import type { ImageryReader } from '../imagery/reader.ts';
import { type Chip, chipsFolder, type DatasetFile, readChip } from './chips.ts';
import { invalidDataset } from './fault.ts';
import { labelsFile, type Outline, readLabels } from './labels.ts';

/** The file that tells where a dataset is from; a dataset may lack it. */
export const noticeFile = 'dataset.json';
// Larger ones would not fit into one text of the JavaScript engine.
const mostLabelBytes = 400 * 1024 * 1024;

/** What a dataset is, computed from its bytes. */
export interface DatasetFacts {
  chips: number;
  /** Outlines that lie on a chip, at least in part. */
  buildings: number;
  /** West, south, east, north of the chips in EPSG:4326. */
  bbox: [number, number, number, number];
  /** Area of the chips. */
  areaKm2: number;
  /** Part of that area that is built: the balance of the two classes. Outlines on a chip's border count whole. */
  buildingShare: number;
  /** Metres a pixel of the finest chip. */
  gsd: number;
  /** A program drew it (its notice names a seed): not a place on the ground. */
  generated: boolean;
}

/**
 * Reads a dataset and checks that it holds together: it has chips and labels and nothing else, every chip can be decoded and
 * has a place of its own, the labels are outlines in EPSG:4326 and some of them lie on the chips.
 * @throws CairnError `dataset-invalid`; `where` is the file.
 */
export async function readDataset(files: readonly DatasetFile[], reader: ImageryReader): Promise<DatasetFacts> {
  const labels = files.find(({ path }) => path === labelsFile);
  if (labels === undefined) {
    throw invalidDataset(`The dataset has no ${labelsFile}.`, labelsFile, 'Add the outlines of the buildings.');
  }
  const chipFiles = files.filter(({ path }) => path.startsWith(chipsFolder));
  if (chipFiles.length === 0) {
    throw invalidDataset('The dataset has no chips.', chipsFolder, `Put the images into the folder ${chipsFolder}`);
  }
  const other = files.find(({ path }) => ![labelsFile, noticeFile].includes(path) && !path.startsWith(chipsFolder));
  if (other !== undefined) {
    const action = `Leave it out: a dataset is ${chipsFolder}, ${labelsFile} and ${noticeFile}.`;
    throw invalidDataset(`${other.path} is no part of a dataset.`, other.path, action);
  }
  const outlines = readLabels(await labelBytes(labels.file));
  const chips: Chip[] = [];
  for (const file of chipFiles) chips.push(await readChip(file, reader));
  refuseTwins(chips);
  const notice = files.find(({ path }) => path === noticeFile);
  return { ...balance(chips, outlines), generated: notice !== undefined && (await namesSeed(notice.file)) };
}

async function labelBytes(file: string): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size <= mostLabelBytes) return readFile(file);
  throw invalidDataset(`${labelsFile} has ${size} bytes.`, labelsFile, 'Split the dataset into smaller ones.');
}

function refuseTwins(chips: readonly Chip[]): void {
  const places = new Map<string, string>();
  for (const { path, footprint } of chips) {
    const twin = places.get(footprint.join());
    if (twin !== undefined) {
      throw invalidDataset(`The chips ${twin} and ${path} lie at the same place.`, path, 'Remove one of the two.');
    }
    places.set(footprint.join(), path);
  }
}

function balance(chips: readonly Chip[], outlines: readonly Outline[]): Omit<DatasetFacts, 'generated'> {
  const onChips = outlinesOn(chips, outlines);
  if (onChips.length === 0) {
    const action = 'Bring the labels of these chips; look whether longitude and latitude are exchanged.';
    throw invalidDataset('No outline lies on any chip.', labelsFile, action);
  }
  const areaKm2 = sum(chips.map((chip) => chip.areaKm2));
  const builtKm2 = sum(onChips.map(({ rings }) => measure(rings).area / 1e6));
  return {
    chips: chips.length,
    buildings: onChips.length,
    bbox: [
      degreesOf(Math.min(...chips.map(({ box }) => box.x0))),
      degreesOf(Math.min(...chips.map(({ box }) => box.y0))),
      degreesOf(Math.max(...chips.map(({ box }) => box.x1))),
      degreesOf(Math.max(...chips.map(({ box }) => box.y1))),
    ],
    areaKm2: rounded(areaKm2, 1e6),
    buildingShare: rounded(Math.min(1, builtKm2 / areaKm2), 1e4),
    gsd: rounded(Math.min(...chips.map(({ gsd }) => gsd)), 1e4),
  };
}

/** The outlines whose box meets that of a chip, by a sweep from west to east. */
function outlinesOn(chips: readonly Chip[], outlines: readonly Outline[]): Outline[] {
  const byWest = [...chips].sort((a, b) => a.box.x0 - b.box.x0);
  const widest = Math.max(...chips.map(({ box }) => box.x1 - box.x0));
  return outlines.filter(({ box }) => {
    let low = 0;
    let high = byWest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byWest[middle]!.box.x0 < box.x0 - widest) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < byWest.length && byWest[at]!.box.x0 < box.x1; at++) {
      if (boxesMeet(byWest[at]!.box, box)) return true;
    }
    return false;
  });
}

async function namesSeed(file: string): Promise<boolean> {
  try {
    const notice = JSON.parse(await readFile(file, 'utf8')) as { seed?: unknown } | null;
    return notice?.seed !== undefined;
  } catch (cause) {
    throw invalidDataset(`${noticeFile} is not JSON.`, noticeFile, 'Correct it or leave it out.', cause);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
