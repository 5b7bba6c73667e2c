import { centroid, matchOutlines, offsetBetween, sideOfRing } from '@cairn/geo/polygons';
import type { LayerShape } from './layer.ts';

/** What two layers have in common: columns, an entry a pair. */
export interface Pairs {
  /** Places in the lists. */
  ours: Uint32Array;
  theirs: Uint32Array;
  /** How far ours lies from theirs, in m to the east and to the north. */
  east: Float64Array;
  north: Float64Array;
}

/** How many there are of each kind, and how far ours lie from theirs. */
export interface ComparisonFigures {
  matched: number;
  /** Places of ours that the layer does not have. */
  added: number[];
  /** Places of theirs that the result does not have. */
  missing: number[];
  /** Mean over the pairs, in m; undefined where there is none. */
  offset: { east: number; north: number; distance: number } | undefined;
}

/** The shapes whose centre lies in an area: outside of it nothing was looked for. */
export function shapesWithin(shapes: readonly LayerShape[], area: LayerShape): LayerShape[] {
  return shapes.filter((shape) => {
    const [x, y] = centroid(shape.flat());
    return area.some(
      ([outer, ...holes]) => sideOfRing(outer!, x, y) >= 0 && holes.every((hole) => sideOfRing(hole, x, y) <= 0),
    );
  });
}

/** Matches two layers. */
export function pairsOf(ours: readonly LayerShape[], theirs: readonly LayerShape[]): Pairs {
  const [one, other] = [ours, theirs].map((shapes) => shapes.map((shape) => ({ rings: shape.flat() })));
  const matches = matchOutlines(one!, other!);
  const offsets = matches.map((match) => offsetBetween(other![match.theirs]!.rings, one![match.ours]!.rings));
  return {
    ours: Uint32Array.from(matches, (match) => match.ours),
    theirs: Uint32Array.from(matches, (match) => match.theirs),
    east: Float64Array.from(offsets, ({ east }) => east),
    north: Float64Array.from(offsets, ({ north }) => north),
  };
}

/**
 * The figures of a comparison, of those of ours that are shown.
 * @param shown places of ours
 * @param count how many theirs are
 */
export function figuresOf(pairs: Pairs, shown: Uint32Array, count: number): ComparisonFigures {
  const visible = new Set(shown);
  const [matchedOurs, matchedTheirs] = [new Set<number>(), new Set<number>()];
  let [east, north] = [0, 0];
  for (const [i, place] of pairs.ours.entries()) {
    if (!visible.has(place)) continue;
    matchedOurs.add(place);
    matchedTheirs.add(pairs.theirs[i]!);
    east += pairs.east[i]!;
    north += pairs.north[i]!;
  }
  const matched = matchedOurs.size;
  return {
    matched,
    added: [...shown].filter((place) => !matchedOurs.has(place)),
    missing: Array.from({ length: count }, (_, place) => place).filter((place) => !matchedTheirs.has(place)),
    offset:
      matched === 0
        ? undefined
        : { east: east / matched, north: north / matched, distance: Math.hypot(east, north) / matched },
  };
}
