import type { DataRelation } from '@cairn/contracts';
import type { Dataset } from '../data/dataset-item.ts';
import type { VersionRow } from '../registry/version-row.ts';

/**
 * How data stand to those that a version was trained on. Whether they share chips is not looked at: of an area that overlaps,
 * a version may have seen some of what it is measured on.
 */
export function relationOf(
  version: Pick<VersionRow, 'dataset_digest' | 'bbox'>,
  dataset: Pick<Dataset, 'digest' | 'bbox'>,
): DataRelation {
  if (version.dataset_digest === dataset.digest) return 'same';
  const [west, south, east, north] = version.bbox;
  const [left, bottom, right, top] = dataset.bbox;
  return west < right && left < east && south < top && bottom < north ? 'overlapping' : 'apart';
}
