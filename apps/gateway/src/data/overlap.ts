import { boxesMeet, type Box } from '@cairn/geo';
import type { Chip } from './chips.ts';
import { invalidDataset } from './fault.ts';
import type { Findings } from './findings.ts';
import { labelsFile, type Outline } from './labels.ts';

/** A place on the ground: the box around it, in 1e-7 degree. */
interface Boxed {
  box: Box;
}

/**
 * Every outline in its order with the chips whose box meets its own, by a sweep from west to east.
 */
export function* chipsBelow<C extends Boxed, O extends Boxed>(
  chips: readonly C[],
  outlines: readonly O[],
): Generator<[outline: O, chips: C[]]> {
  const byWest = [...chips].sort((a, b) => a.box.x0 - b.box.x0);
  const widest = chips.reduce((width, { box }) => Math.max(width, box.x1 - box.x0), 0);
  for (const outline of outlines) {
    const { box } = outline;
    const met: C[] = [];
    for (let at = firstFrom(byWest, box.x0 - widest); at < byWest.length && byWest[at]!.box.x0 < box.x1; at++) {
      if (boxesMeet(byWest[at]!.box, box)) met.push(byWest[at]!);
    }
    yield [outline, met];
  }
}

/**
 * The outlines whose box meets that of a chip. Outlines beside all chips and chips without an outline are warned of.
 * @throws CairnError `dataset-invalid` where labels and chips have nothing to do with each other.
 */
export function matchOutlines(chips: readonly Chip[], outlines: readonly Outline[], findings: Findings): Outline[] {
  const labelled = new Set<Chip>();
  const onChips: Outline[] = [];
  for (const [outline, met] of chipsBelow(chips, outlines)) {
    for (const chip of met) labelled.add(chip);
    if (met.length > 0) onChips.push(outline);
  }
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
function firstFrom(byWest: readonly Boxed[], x: number): number {
  let low = 0;
  let high = byWest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byWest[middle]!.box.x0 < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
