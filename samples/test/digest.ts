import { createHash } from 'node:crypto';
import type { Area } from '../src/plan.ts';
import { Settlement } from '../src/settlement.ts';
import { stripsOf } from '../src/strips.ts';

/** SHA-256 over an area's RGBA bytes, row by row from the north. */
export function pixelDigest(seed: number, area: Area, missing?: Area): string {
  const sha = createHash('sha256');
  for (const strip of stripsOf(new Settlement(seed), area, missing)) sha.update(strip);
  return sha.digest('hex');
}
