import { type MatchedPair, Matcher, ringsOfCoordinates } from '@cairn/geo';
import type { FigureColumns } from '../../registry/comparison-row.ts';

/** A feature of a prediction's GeoJSON, as far as it is compared. */
export interface FoundFeature {
  id: string;
  geometry: { coordinates: readonly (readonly (readonly number[])[])[] };
  properties: { class: string; confidence: number; area_m2: number };
}

/** What of a feature counts once it has its match. */
interface Held {
  id: string;
  class: string;
  confidence: number;
}

/**
 * Compares what a shadow found with what was answered. Features of one class match as `Matcher` has it, the best
 * pairs first, each feature once; so the figures depend on no order. Both sets are taken feature by feature; memory
 * grows with what was answered and with the pairs.
 */
export class Comparison {
  readonly #matcher = new Matcher<Held>({
    may: (answered, shadow) => answered.class === shadow.class,
    order: (a, b) => compare(a.id, b.id),
  });
  readonly #counts = { answered: 0, shadow: 0 };
  readonly #areas = { answered: 0, shadow: 0 };

  /** Takes a feature of the answer; all of them come before the first of the shadow. */
  addAnswered(feature: FoundFeature): void {
    this.#matcher.addOurs(this.#held('answered', feature), ringsOfCoordinates(feature.geometry.coordinates));
  }

  /** Takes a feature that the shadow found. */
  addShadow(feature: FoundFeature): void {
    this.#matcher.addTheirs(this.#held('shadow', feature), ringsOfCoordinates(feature.geometry.coordinates));
  }

  /** The figures of all that was taken. */
  figures(): FigureColumns {
    const pairs = this.#matcher.matches();
    const mean = (value: (pair: MatchedPair<Held>) => number): number | null =>
      pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
    return {
      answered_features: this.#counts.answered,
      shadow_features: this.#counts.shadow,
      answered_area_m2: this.#areas.answered,
      shadow_area_m2: this.#areas.shadow,
      matched: pairs.length,
      mean_iou: mean(({ iou }) => iou),
      answered_confidence: mean(({ ours }) => ours.confidence),
      shadow_confidence: mean(({ theirs }) => theirs.confidence),
      confidence_difference: mean(({ ours, theirs }) => Math.abs(ours.confidence - theirs.confidence)),
    };
  }

  #held(of: 'answered' | 'shadow', { id, properties }: FoundFeature): Held {
    const { class: name, confidence, area_m2: areaM2 } = properties;
    this.#counts[of] += 1;
    this.#areas[of] += areaM2;
    return { id, class: name, confidence };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
