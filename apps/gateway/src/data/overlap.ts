import { boxesMeet } from '@cairn/geo';
import type { Chip } from './chips.ts';
import { invalidDataset } from './fault.ts';
import type { Findings } from './findings.ts';
import { labelsFile, type Outline } from './labels.ts';

/**
 * The outlines whose box meets that of a chip, by a sweep from west to east. Outlines beside all chips and chips without an
 * outline are warned of.
 * @throws CairnError `dataset-invalid` where labels and chips have nothing to do with each other.
 */
export function matchOutlines(chips: readonly Chip[], outlines: readonly Outline[], findings: Findings): Outline[] {
  const byWest = [...chips].sort((a, b) => a.box.x0 - b.box.x0);
  const widest = chips.reduce((width, { box }) => Math.max(width, box.x1 - box.x0), 0);
  const labelled = new Set<Chip>();
  const onChips = outlines.filter(({ box }) => {
    let met = false;
    for (let at = firstFrom(byWest, box.x0 - widest); at < byWest.length && byWest[at]!.box.x0 < box.x1; at++) {
      if (!boxesMeet(byWest[at]!.box, box)) continue;
      labelled.add(byWest[at]!);
      met = true;
    }
    return met;
  });
  if (onChips.length === 0) {
    const action = 'Bring the labels of these chips; look whether longitude and latitude are exchanged.';
    throw invalidDataset('No outline lies on any chip.', labelsFile, action);
  }
  const met = new Set(onChips);
  for (const outline of outlines) if (!met.has(outline)) findings.warn('outline-off-chips', outline.name);
  for (const chip of chips) if (!labelled.has(chip)) findings.warn('chip-unlabelled', chip.path);
  return onChips;
}

/** The first chip, of those sorted by their west, that begins at `x` or east of it. */
function firstFrom(byWest: readonly Chip[], x: number): number {
  let low = 0;
  let high = byWest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byWest[middle]!.box.x0 < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
