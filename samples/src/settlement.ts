/**
 * The settlement: everything that stands on the ground, found by window or by point.
 */
import { covers } from './building.ts';
import type { Building } from './building.ts';
import type { Clutter } from './clutter.ts';
import { Parcels } from './ground.ts';
import { quarterAt } from './quarters.ts';
import type { Quarter } from './quarters.ts';
import { cellsOver, squaredDistance } from './streets.ts';
import type { Edge } from './streets.ts';
import { treesOver } from './trees.ts';
import type { Tree } from './trees.ts';

/** Quarters kept in memory before they are worked out anew. */
const KEPT = 20_000;

export class Settlement {
  readonly seed: number;
  readonly parcels: Parcels;
  readonly #quarters = new Map<number, Quarter>();

  constructor(seed: number) {
    this.seed = seed;
    this.parcels = new Parcels(seed);
  }

  /** Quarters that may touch a window of world pixels, in a fixed order. */
  quartersOver(x0: number, y0: number, x1: number, y1: number): Quarter[] {
    const quarters: Quarter[] = [];
    for (const [i, j] of cellsOver(x0, y0, x1, y1)) {
      const quarter = this.#quarter(i, j);
      const { bounds } = quarter;
      if (bounds.x1 < x0 * 16 || bounds.x0 > x1 * 16 || bounds.y1 < y0 * 16 || bounds.y0 > y1 * 16) continue;
      quarters.push(quarter);
    }
    return quarters;
  }

  /** Trees whose crown may touch a window; `quarters` must hold those of a window 16 pixels wider. */
  treesOver(quarters: readonly Quarter[], x0: number, y0: number, x1: number, y1: number): Tree[] {
    const isFree = (x: number, y: number, radius: number): boolean =>
      quarters.every((quarter) => isClear(quarter, x, y, radius));
    return treesOver(this.seed, this.parcels, isFree, x0, y0, x1, y1);
  }

  #quarter(i: number, j: number): Quarter {
    const slot = (i + 32768) * 65536 + (j + 32768);
    let quarter = this.#quarters.get(slot);
    if (quarter === undefined) {
      if (this.#quarters.size > KEPT) this.#quarters.clear();
      quarter = quarterAt(this.seed, i, j);
      this.#quarters.set(slot, quarter);
    }
    return quarter;
  }
}

/** The streets of some quarters, each edge once. */
export function streetsOf(quarters: readonly Quarter[]): Edge[] {
  const edges = new Map<number, Edge>();
  for (const quarter of quarters) for (const edge of quarter.edges) edges.set(edge.key, edge);
  return [...edges.values()].sort((a, b) => a.key - b.key);
}

/** The buildings of some quarters. */
export function buildingsOf(quarters: readonly Quarter[]): Building[] {
  return quarters.flatMap((quarter) => quarter.buildings);
}

/** What else stands or lies in some quarters. */
export function clutterOf(quarters: readonly Quarter[]): Clutter[] {
  return quarters.flatMap((quarter) => quarter.clutter);
}

/** True if a crown of this radius may stand there: it may lean a little over a roof, and more over a street. */
function isClear(quarter: Quarter, x: number, y: number, radius: number): boolean {
  const { bounds } = quarter;
  const reach = radius + 300;
  if (x < bounds.x0 - reach || x > bounds.x1 + reach || y < bounds.y0 - reach || y > bounds.y1 + reach) return true;
  if (quarter.buildings.some((building) => covers(building, x, y, Math.floor((radius * 3) / 4)))) return false;
  return quarter.edges.every((edge) => edge.surface === 'none' || offStreet(edge, x, y, radius));
}

function offStreet(edge: Edge, x: number, y: number, radius: number): boolean {
  const clear = edge.halfWidth + (radius >> 1);
  for (let k = 0; k < 4; k++) {
    if (squaredDistance(x, y, edge.points[k]!, edge.points[k + 1]!) < clear * clear) return false;
  }
  return true;
}
