import { CairnError } from '@cairn/contracts';
import { itemFile, type PackageItem, packagePath } from './item.ts';
import { type ShippedVersion, weightsPath } from './shipped.ts';

/** Degrees by which two places may differ and be the same: the precision of OpenStreetMap. */
const precision = 1e-7;

/**
 * Holds the place that a package's item names against what can be computed: its box against its geometry, and both against
 * the data of the version whose weights the item names. A place that nobody can compute is only what its author says.
 * @returns what was found, for people.
 * @throws CairnError `item-invalid`.
 */
export function checkExtent(item: PackageItem, versions: readonly ShippedVersion[]): string {
  const box = item.bbox;
  const bounds = boundsOf(item.geometry.coordinates);
  if (!same(box, bounds)) throw refused('/bbox', `is ${show(box)}, and the box of its geometry ${show(bounds)}`);
  const path = Object.values(item.assets)
    .filter(({ roles }) => roles?.includes('mlm:model'))
    .map(packagePath);
  const named = versions.find(({ folder }) => path.includes(`${folder}/${weightsPath}`));
  if (named === undefined)
    return `Its place ${show(box)} is what its author says: it names no version that came along.`;
  const { extent } = named.record.dataset;
  if (!same(box, extent)) {
    throw refused('/bbox', `is ${show(box)}, and the data of ${named.folder} lie at ${show(extent)}`);
  }
  return `Its place ${show(box)} is that of the data of ${named.folder}.`;
}

function boundsOf(coordinates: unknown): number[] {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x !== 'number' || typeof y !== 'number') {
      part.forEach(visit);
      return;
    }
    box[0] = Math.min(box[0]!, x);
    box[1] = Math.min(box[1]!, y);
    box[2] = Math.max(box[2]!, x);
    box[3] = Math.max(box[3]!, y);
  };
  visit(coordinates);
  return box;
}

function same(one: readonly number[], other: readonly number[]): boolean {
  return one.every((value, at) => Math.abs(value - other[at]!) <= precision);
}

function show(box: readonly number[]): string {
  return `[${box.join(', ')}]`;
}

function refused(pointer: string, problem: string): CairnError {
  return new CairnError('item-invalid', `In ${itemFile}, ${pointer} ${problem}.`, {
    where: `${itemFile}#${pointer}`,
    action: `Write the place that can be computed; the Building Detector's program "python -m building_detector.item" does.`,
  });
}
