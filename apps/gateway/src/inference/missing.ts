import { aoiMeets, tileBounds, unitsOf, type Aoi } from '@cairn/geo';
import type { TileGap } from '../imagery/xyz/gaps.ts';

/** What of an area has no imagery, and so no prediction. */
export interface Missing {
  /** Ground in km²; 0 where it is less than covered ground is measured to. */
  km2: number;
  /** The tiles of the area that the imagery lacks, where it is made of tiles. */
  gaps: TileGap[];
}

/** Covered ground is measured by samples: a smaller share of an area than this tells nothing. */
const measurable = 0.005;

/**
 * What of an area is missing.
 * @param covered m² of it that have imagery, as measured
 * @param gaps of the imagery
 */
export function missingOf(aoi: Aoi, covered: number, gaps: readonly TileGap[]): Missing {
  const missing = aoi.area - covered;
  return {
    km2: missing > measurable * aoi.area ? Math.round(missing) / 1e6 : 0,
    gaps: gaps.filter((gap) => aoiMeets(aoi, ringOf(gap))),
  };
}

/** The outline of a gap, a ring of 1e-7 degree. */
function ringOf({ zoom: z, row: y, columns: [first, last] }: TileGap): number[] {
  const [west, south, , north] = tileBounds({ x: first, y, z }).map(unitsOf) as [number, number, number, number];
  const east = unitsOf(tileBounds({ x: last, y, z })[2]);
  return [west, south, east, south, east, north, west, north];
}
