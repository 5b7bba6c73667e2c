import { type Box, boxAround } from '@cairn/geo';
import { readFile } from 'node:fs/promises';
import type { DatasetDiff } from '@cairn/contracts';
import { changesOf } from './changes.ts';
import { Findings } from './findings.ts';
import { type Outline, readLabels } from './labels.ts';

/** What differs between the labels of two versions. */
export type LabelChanges = DatasetDiff['labels'];

/** A feature of the labels: all outlines of it, as one. */
interface Feature {
  name: string;
  id: string | undefined;
  shape: string;
  box: Box;
}

/** Boxes that share less than this part of what both cover are of two buildings. */
const leastShared = 0.3;

/**
 * Compares the labels of two versions, files that were checked when they were added. A feature with the same shape is
 * unchanged, wherever it stands in the file; one with the same id, or without an id and mostly at the same place, was moved
 * (or drawn anew); others were added or removed.
 */
export async function compareLabels(before: string, after: string): Promise<LabelChanges> {
  const [old, now] = [await featuresOf(before), await featuresOf(after)];
  const gone = without(old, now);
  const come = without(now, old);
  const byId = new Map(come.flatMap((feature) => (feature.id === undefined ? [] : [[feature.id, feature] as const])));
  const left = new Set(come);
  const moved: string[] = [];
  const pair = (feature: Feature, partner: Feature | undefined): boolean => {
    if (partner === undefined || !left.delete(partner)) return false;
    moved.push(feature.name);
    return true;
  };
  const unpaired = gone.filter((feature) => feature.id === undefined || !pair(feature, byId.get(feature.id)));
  const near = new Nearby([...left]);
  const removed = unpaired.filter((feature) => !pair(feature, near.best(feature, left)));
  return {
    added: changesOf([...left].map(({ name }) => name)),
    removed: changesOf(removed.map(({ name }) => name)),
    moved: changesOf(moved),
  };
}

async function featuresOf(file: string): Promise<Feature[]> {
  const outlines = readLabels(await readFile(file), new Findings());
  const parts = new Map<string, Outline[]>();
  for (const outline of outlines) parts.set(outline.name, [...(parts.get(outline.name) ?? []), outline]);
  return [...parts].map(([name, all]) => ({
    name: all[0]!.id ?? name.slice(name.indexOf('/')),
    id: all[0]!.id,
    shape: JSON.stringify(all.map(({ rings }) => rings)),
    box: all.map(({ box }) => box).reduce(boxAround),
  }));
}

function without(features: readonly Feature[], others: readonly Feature[]): Feature[] {
  const shapes = new Set(others.map(({ shape }) => shape));
  return features.filter(({ shape }) => !shapes.has(shape));
}

/** Finds features by place: sorted by their west, none wider than the widest. */
class Nearby {
  readonly #byWest: Feature[];
  readonly #widest: number;

  constructor(features: readonly Feature[]) {
    this.#byWest = [...features].sort((a, b) => a.box.x0 - b.box.x0);
    this.#widest = features.reduce((width, { box }) => Math.max(width, box.x1 - box.x0), 0);
  }

  /** The one of `allowed` that shares most with a feature's box, and enough. Two with ids of their own are two buildings. */
  best({ box, id }: Feature, allowed: ReadonlySet<Feature>): Feature | undefined {
    let best: Feature | undefined;
    let most = leastShared;
    for (let at = this.#firstFrom(box.x0 - this.#widest); at < this.#byWest.length; at++) {
      const other = this.#byWest[at]!;
      if (other.box.x0 >= box.x1) break;
      if (!allowed.has(other) || (id !== undefined && other.id !== undefined)) continue;
      const share = shared(box, other.box);
      if (share > most) [best, most] = [other, share];
    }
    return best;
  }

  #firstFrom(x: number): number {
    let low = 0;
    let high = this.#byWest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#byWest[middle]!.box.x0 < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What two boxes have in common, as a part of what they cover together. */
function shared(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (area(a) + area(b) - both);
}

function area({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0) * (y1 - y0);
}
