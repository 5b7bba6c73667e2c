import type { DatasetMap } from '@cairn/contracts';
import { polygonCoordinates } from '@cairn/geo';
import { readFile } from 'node:fs/promises';
import type { ImageryReader } from '../imagery/reader.ts';
import { chipFootprint, chipsFolder, type DatasetFile, isGeoTiff } from './chips.ts';
import { Findings } from './findings.ts';
import { labelsFile, readLabels } from './labels.ts';

/** What is told at most: a map of more would be a carpet, and a page that draws it slow. */
const most = { chips: 5000, labels: 20_000 } as const;

/** The files of a dataset of which the map reads more than the name: not all of them need to be fetched to draw it. */
export function readForMap(files: readonly Pick<DatasetFile, 'path'>[]): ReadonlySet<string> {
  const chips = files.filter(({ path }) => path.startsWith(chipsFolder)).slice(0, most.chips);
  return new Set([labelsFile, ...chips.map(({ path }) => path).filter(isGeoTiff)]);
}

/**
 * Where the chips and labels of a dataset lie, in EPSG:4326, of files that were checked when they were added.
 * @throws CairnError `imagery-invalid` for a chip that cannot be read any more.
 */
export async function readMap(files: readonly DatasetFile[], reader: ImageryReader): Promise<DatasetMap> {
  const chips = files.filter(({ path }) => path.startsWith(chipsFolder));
  const shown: DatasetMap['chips'] = [];
  for (const chip of chips.slice(0, most.chips)) {
    const footprint = await chipFootprint(chip, reader);
    if (footprint !== null) shown.push({ path: chip.path, coordinates: polygonCoordinates([footprint]) });
  }
  const file = files.find(({ path }) => path === labelsFile);
  const outlines = file === undefined ? [] : readLabels(await readFile(file.file), new Findings());
  return {
    chips: shown,
    labels: outlines.slice(0, most.labels).map(({ rings }) => polygonCoordinates(rings)),
    leftOut: { chips: chips.length - shown.length, labels: Math.max(0, outlines.length - most.labels) },
  };
}
