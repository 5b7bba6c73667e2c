import { boxesMeet, boxOf, enclosedArea, sharedArea, type Box } from '@cairn/geo';
import { readFile } from 'node:fs/promises';
import type { ImageryReader } from '../imagery/reader.ts';
import { chipFootprint, chipsFolder, type DatasetFile } from './chips.ts';
import { Findings } from './findings.ts';
import { labelsFile, readLabels } from './labels.ts';
import { chipsBelow } from './overlap.ts';

/** How a package divides the chips of every dataset, so that what it holds out of its trainings is known. */
export type HeldOut = 'easternmost-column';

/** A chip and where it lies: its outline, one ring of 1e-7 degree. */
export interface PlacedChip extends DatasetFile {
  footprint: number[];
}

/** A chip to show, with what is needed to judge what is found on it. */
export interface ExampleChip {
  chip: PlacedChip;
  /** The chips that touch it: a network sees beyond a chip's edge, and buildings lie across it. */
  around: PlacedChip[];
  /** Labels that lie on any of these, at least in part: rings of 1e-7 degree, the outer one first. */
  labels: number[][][];
}

interface Boxed extends PlacedChip {
  box: Box;
}

/**
 * Chooses the chips that examples are drawn of. What a version does on them has no part in it: of the held-out chips, or of all
 * where nothing tells which these are, those with at least half of a labelled building on them are put in the order of their
 * paths, and `most` are taken at equal distances. Names follow the place on the ground, so the chips are spread over it. Where no
 * chip has a label, all are candidates.
 * @param files of a dataset, checked when they were added; GeoTIFFs and labels are read
 * @throws CairnError `imagery-invalid` for a chip that cannot be read any more
 */
export async function readExampleChips(
  files: readonly DatasetFile[],
  { heldOut, most }: { heldOut: HeldOut | null; most: number },
  reader: ImageryReader,
): Promise<ExampleChip[]> {
  const placed: Boxed[] = [];
  for (const file of files) {
    if (!file.path.startsWith(chipsFolder)) continue;
    const footprint = await chipFootprint(file, reader);
    if (footprint !== null) placed.push({ ...file, footprint, box: boxOf([footprint]) });
  }
  const labels = files.find(({ path }) => path === labelsFile);
  const outlines = labels === undefined ? [] : readLabels(await readFile(labels.file), new Findings());
  const pool = heldOut === null ? placed : easternmostColumn(placed);
  const labelled = new Set<Boxed>();
  for (const [{ rings }, chips] of chipsBelow(pool, outlines)) {
    for (const chip of chips) {
      if (!labelled.has(chip) && sharedArea(rings, [chip.footprint]) * 2 >= enclosedArea(rings)) labelled.add(chip);
    }
  }
  const chosen = spread(labelled.size === 0 ? pool : [...labelled], most);
  return chosen.map((chip) => {
    const around = placed.filter((other) => other !== chip && boxesMeet(other.box, grown(chip.box)));
    const seen = [chip, ...around];
    const near = outlines.filter(({ box }) => seen.some((one) => boxesMeet(one.box, box)));
    return { chip: plain(chip), around: around.map(plain), labels: near.map(({ rings }) => rings) };
  });
}

/** The chips of the easternmost column of the grid in which chips lie. */
function easternmostColumn(chips: readonly Boxed[]): Boxed[] {
  const east = chips.reduce((most, { box }) => Math.max(most, box.x0 + box.x1), -Infinity) / 2;
  return chips.filter(({ box }) => (box.x0 + box.x1) / 2 > east - (box.x1 - box.x0) / 2);
}

/** As many at equal distances in the order of their paths, each from the middle of its part of the list. */
function spread(chips: readonly Boxed[], most: number): Boxed[] {
  const sorted = chips.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const count = Math.min(most, sorted.length);
  return Array.from({ length: count }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]!);
}

/** A box and a quarter of its size around it: more than chips of one grid lie apart by rounding, less than a chip. */
function grown({ x0, y0, x1, y1 }: Box): Box {
  const [dx, dy] = [(x1 - x0) / 4, (y1 - y0) / 4];
  return { x0: x0 - dx, y0: y0 - dy, x1: x1 + dx, y1: y1 + dy };
}

function plain({ path, digest, file, footprint }: Boxed): PlacedChip {
  return { path, digest, file, footprint };
}
