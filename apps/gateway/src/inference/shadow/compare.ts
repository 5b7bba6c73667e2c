import { boxesMeet, boxOf, ringsOfCoordinates, sharedArea, signedArea2, type Box, type Rings } from '@cairn/geo';
import type { FigureColumns } from '../../registry/comparison-row.ts';

/** From this intersection over union on, two outlines are one building. */
export const matchIou = 0.5;

/** A feature of a prediction's GeoJSON, as far as it is compared. */
export interface FoundFeature {
  id: string;
  geometry: { coordinates: readonly (readonly (readonly number[])[])[] };
  properties: { class: string; confidence: number; area_m2: number };
}

/** A feature that waits for its match. Coordinates in units of 1e-7 degree. */
interface Held {
  id: string;
  class: string;
  rings: Rings;
  box: Box;
  /** In squared units. */
  area: number;
  confidence: number;
}

interface Pair {
  answered: Held;
  shadow: Held;
  iou: number;
}

/** Edge of the cells by which features are found, in units of 1e-7 degree: some 50 m. */
const cell = 5000;

/** What lies in more cells is looked at for every other feature: one of a few, or of coarse imagery. */
const mostCells = 64;

/**
 * Compares what a shadow found with what was answered. Features of one class match where their IoU is {@link matchIou} or more,
 * the best pairs first, each feature once; so the figures depend on no order. Both sets are taken feature by feature; memory
 * grows with what was answered and with the pairs.
 */
export class Comparison {
  readonly #cells = new Map<string, Held[]>();
  readonly #wide: Held[] = [];
  readonly #all: Held[] = [];
  readonly #pairs: Pair[] = [];
  readonly #counts = { answered: 0, shadow: 0 };
  readonly #areas = { answered: 0, shadow: 0 };

  /** Takes a feature of the answer; all of them come before the first of the shadow. */
  addAnswered(feature: FoundFeature): void {
    const held = this.#held('answered', feature);
    this.#all.push(held);
    const keys = cellsOf(held.box);
    if (keys === null) this.#wide.push(held);
    for (const key of keys ?? []) {
      const others = this.#cells.get(key);
      if (others === undefined) this.#cells.set(key, [held]);
      else others.push(held);
    }
  }

  /** Takes a feature that the shadow found. */
  addShadow(feature: FoundFeature): void {
    const shadow = this.#held('shadow', feature);
    const keys = cellsOf(shadow.box);
    const near = keys?.flatMap((key) => this.#cells.get(key) ?? []).concat(this.#wide) ?? this.#all;
    for (const answered of new Set(near)) {
      if (answered.class !== shadow.class || !boxesMeet(answered.box, shadow.box)) continue;
      const shared = sharedArea(answered.rings, shadow.rings);
      const iou = shared / (answered.area + shadow.area - shared);
      if (iou >= matchIou) this.#pairs.push({ answered, shadow, iou });
    }
  }

  /** The figures of all that was taken. */
  figures(): FigureColumns {
    const pairs = this.#matched();
    const mean = (value: (pair: Pair) => number): number | null =>
      pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
    return {
      answered_features: this.#counts.answered,
      shadow_features: this.#counts.shadow,
      answered_area_m2: this.#areas.answered,
      shadow_area_m2: this.#areas.shadow,
      matched: pairs.length,
      mean_iou: mean(({ iou }) => iou),
      answered_confidence: mean(({ answered }) => answered.confidence),
      shadow_confidence: mean(({ shadow }) => shadow.confidence),
      confidence_difference: mean(({ answered, shadow }) => Math.abs(answered.confidence - shadow.confidence)),
    };
  }

  #matched(): Pair[] {
    const taken = new Set<Held>();
    return this.#pairs
      .sort((a, b) => b.iou - a.iou || compare(a.answered.id, b.answered.id) || compare(a.shadow.id, b.shadow.id))
      .filter(({ answered, shadow }) => {
        if (taken.has(answered) || taken.has(shadow)) return false;
        taken.add(answered).add(shadow);
        return true;
      });
  }

  #held(of: 'answered' | 'shadow', { id, geometry, properties }: FoundFeature): Held {
    const { class: name, confidence, area_m2: areaM2 } = properties;
    this.#counts[of] += 1;
    this.#areas[of] += areaM2;
    const rings = ringsOfCoordinates(geometry.coordinates);
    const area = Math.abs(rings.reduce((sum, ring) => sum + signedArea2(ring) / 2, 0));
    return { id, class: name, rings, box: boxOf(rings), area, confidence };
  }
}

/** The cells that a box lies in; null where they are many. */
function cellsOf(box: Box): string[] | null {
  const [x0, y0, x1, y1] = [box.x0, box.y0, box.x1, box.y1].map((value) => Math.floor(value / cell)) as CellBox;
  if ((x1 - x0 + 1) * (y1 - y0 + 1) > mostCells) return null;
  const keys: string[] = [];
  for (let row = y0; row <= y1; row++) for (let column = x0; column <= x1; column++) keys.push(`${column} ${row}`);
  return keys;
}

type CellBox = [x0: number, y0: number, x1: number, y1: number];

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
