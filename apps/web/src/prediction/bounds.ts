import type { FoundFeature } from '@cairn/contracts';
import type { Bbox } from '../gateway.ts';

/** The box around buildings; undefined where there are none. */
export function boundsOf(features: readonly FoundFeature[]): Bbox | undefined {
  if (features.length === 0) return undefined;
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features) {
    for (const [lon = 0, lat = 0] of geometry.coordinates[0] ?? []) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}
