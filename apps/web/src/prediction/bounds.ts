import type { FoundFeature } from '@cairn/contracts';
import type { Bbox } from '../gateway.ts';
import { boxAround } from '../map/box.ts';

/** The box around buildings; undefined where there are none. */
export function boundsOf(features: readonly FoundFeature[]): Bbox | undefined {
  if (features.length === 0) return undefined;
  return boxAround(features.flatMap(({ geometry }) => geometry.coordinates.slice(0, 1)));
}
