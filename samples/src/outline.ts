/**
 * What a label tells of a building.
 */
import { footprint } from './building.ts';
import type { Building, RoofKind } from './building.ts';
import type { Point } from './streets.ts';

/** A building's outline as somebody drew it, in sixteenths of a world pixel. */
export interface Outline {
  rings: Point[][];
  roof: RoofKind;
}

/** The exact outline of a building. */
export function outlineOf(building: Building): Outline {
  return { rings: footprint(building), roof: building.roof };
}
