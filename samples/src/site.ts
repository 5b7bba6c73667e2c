/**
 * A quarter while it is being built on: what stands there already, and what still fits.
 */
import { clearance } from './border.ts';
import { collide } from './building.ts';
import type { Building, Plan } from './building.ts';
import type { Dice } from './integer.ts';
import { streamDistance } from './place.ts';
import type { Edge } from './streets.ts';

export interface Site {
  seed: number;
  dice: Dice;
  edges: readonly Edge[];
  /** How built-up the quarter is, 10 to 255. */
  built: number;
  buildings: Building[];
  /** Least distance between two houses, in sixteenths. */
  gap: number;
}

/** The corners of a plan and the middles of its sides, as parts of its half sizes. */
const OUTLINE = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
] as const;

/** True if a plan stays inside the quarter, off the water and `gap` sixteenths clear of the others. */
export function fits(site: Site, plan: Plan, others: readonly Plan[], gap: number): boolean {
  const { frame, halfU, halfV } = plan;
  for (const [a, b] of OUTLINE) {
    const x = frame.x + ((a * halfU * frame.cos - b * halfV * frame.sin) >> 14);
    const y = frame.y + ((a * halfU * frame.sin + b * halfV * frame.cos) >> 14);
    for (const edge of site.edges) if (clearance(edge, x, y) < 8) return false;
    if (streamDistance(site.seed, x >> 4, y >> 4) < 12) return false;
  }
  return !others.some((other) => collide(other, plan, gap));
}
