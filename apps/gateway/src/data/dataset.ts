import type { DatasetWarning } from '@cairn/contracts';
import { degreesOf, measure } from '@cairn/geo';
import { readFile, stat } from 'node:fs/promises';
import type { ImageryReader } from '../imagery/reader.ts';
import { type Chip, chipsFolder, type DatasetFile, readChip } from './chips.ts';
import { invalidDataset } from './fault.ts';
import { Findings } from './findings.ts';
import { labelsFile, type Outline, readLabels } from './labels.ts';
import { matchOutlines } from './overlap.ts';

/** The file that tells where a dataset is from; a dataset may lack it. */
export const noticeFile = 'dataset.json';
// Larger ones would not fit into one text of the JavaScript engine.
const mostLabelBytes = 400 * 1024 * 1024;
/** Chips that are decoded at the same time. */
const together = 8;

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
  /** What was found that does not stand in the way. */
  warnings: DatasetWarning[];
}

/**
 * Reads a dataset and checks that it holds together: it has chips and labels and nothing else, every chip can be decoded and
 * has a place of its own, the labels are outlines in EPSG:4326 and some of them lie on the chips. Every fault is told at once.
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
  const findings = new Findings();
  const outlines = readLabels(await labelBytes(labels.file), findings);
  const chips = await readChips(chipFiles, reader, findings);
  const notice = files.find(({ path }) => path === noticeFile);
  const generated = notice !== undefined && (await namesSeed(notice.file));
  findings.settle();
  const facts = balance(chips, matchOutlines(chips, outlines, findings));
  for (const { path, blank } of chips) if (blank) findings.warn('chip-blank', path);
  return { ...facts, generated, warnings: findings.warnings };
}

/** Reads the chips, a few at a time: decoding is done in threads of its own. Two of one place are a fault. */
async function readChips(files: readonly DatasetFile[], reader: ImageryReader, findings: Findings): Promise<Chip[]> {
  const chips: Chip[] = [];
  const places = new Map<string, string>();
  const contents = new Set<string>();
  for (let at = 0; at < files.length; at += together) {
    const read = files.slice(at, at + together).map((file) => readChip(file, reader));
    for (const result of await Promise.allSettled(read)) {
      if (result.status === 'rejected') findings.refuse(result.reason);
      else findings.attempt(() => chips.push(atPlaceOfItsOwn(result.value, places)));
    }
  }
  for (const { path, digest } of files) {
    if (contents.has(digest)) findings.warn('chip-twin', path);
    contents.add(digest);
  }
  return chips;
}

function atPlaceOfItsOwn(chip: Chip, places: Map<string, string>): Chip {
  const place = chip.footprint.join();
  const twin = places.get(place);
  places.set(place, twin ?? chip.path);
  if (twin === undefined) return chip;
  throw invalidDataset(
    `The chips ${twin} and ${chip.path} lie at the same place.`,
    chip.path,
    'Remove one of the two.',
  );
}

async function labelBytes(file: string): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size <= mostLabelBytes) return readFile(file);
  throw invalidDataset(`${labelsFile} has ${size} bytes.`, labelsFile, 'Split the dataset into smaller ones.');
}

function balance(chips: readonly Chip[], onChips: readonly Outline[]): Omit<DatasetFacts, 'generated' | 'warnings'> {
  const areaKm2 = sum(chips.map((chip) => chip.areaKm2));
  const builtKm2 = sum(onChips.map(({ rings }) => measure(rings).area / 1e6));
  return {
    chips: chips.length,
    buildings: onChips.length,
    bbox: [
      degreesOf(least(chips.map(({ box }) => box.x0))),
      degreesOf(least(chips.map(({ box }) => box.y0))),
      degreesOf(-least(chips.map(({ box }) => -box.x1))),
      degreesOf(-least(chips.map(({ box }) => -box.y1))),
    ],
    areaKm2: rounded(areaKm2, 1e6),
    buildingShare: rounded(Math.min(1, builtKm2 / areaKm2), 1e4),
    gsd: rounded(least(chips.map(({ gsd }) => gsd)), 1e4),
  };
}

async function namesSeed(file: string): Promise<boolean> {
  try {
    const notice = JSON.parse(await readFile(file, 'utf8')) as { seed?: unknown } | null;
    return notice?.seed !== undefined;
  } catch (cause) {
    throw invalidDataset(`${noticeFile} is not JSON.`, noticeFile, 'Correct it or leave it out.', cause);
  }
}

/** A spread over 100,000 arguments would overflow the stack. */
function least(values: readonly number[]): number {
  return values.reduce((found, value) => Math.min(found, value), Infinity);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
