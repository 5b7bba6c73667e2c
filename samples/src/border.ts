/**
 * Walks along the borders of a quarter. Each border runs with the quarter on its right hand.
 */
import type { Frame } from './building.ts';
import { squareRoot } from './integer.ts';
import type { Edge } from './streets.ts';

/** Signed distance (sixteenths) from a point to the inner side of an edge's street: negative on it or beyond. */
export function clearance(edge: Edge, x: number, y: number): number {
  let nearest = Infinity;
  for (let k = 0; k < 4; k++) {
    const from = edge.points[k]!;
    const to = edge.points[k + 1]!;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const across = Math.floor(((x - from.x) * -dy + (y - from.y) * dx) / Math.max(1, squareRoot(dx * dx + dy * dy)));
    nearest = Math.min(nearest, across);
  }
  return nearest - edge.halfWidth;
}

/** The point and direction (scaled by 2^14) at a distance (sixteenths) along an edge; undefined beyond its end. */
export function along(edge: Edge, distance: number): Frame | undefined {
  let left = distance;
  for (let k = 0; k < 4; k++) {
    const from = edge.points[k]!;
    const to = edge.points[k + 1]!;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length = Math.max(1, squareRoot(dx * dx + dy * dy));
    if (left <= length) {
      return {
        x: from.x + Math.floor((dx * left) / length),
        y: from.y + Math.floor((dy * left) / length),
        cos: Math.floor((dx * 16384) / length),
        sin: Math.floor((dy * 16384) / length),
      };
    }
    left -= length;
  }
  return undefined;
}

/** A frame moved inwards from an edge and turned by about `percent` of a radian / 100. */
export function turned(at: Frame, percent: number, inward: number): Frame {
  const cos = at.cos - Math.floor((at.sin * percent) / 100);
  const sin = at.sin + Math.floor((at.cos * percent) / 100);
  const length = squareRoot(cos * cos + sin * sin);
  return {
    x: at.x - Math.floor((at.sin * inward) / 16384),
    y: at.y + Math.floor((at.cos * inward) / 16384),
    cos: Math.floor((cos * 16384) / length),
    sin: Math.floor((sin * 16384) / length),
  };
}

/** The same edge, run the other way. */
export function reversed(edge: Edge): Edge {
  return { ...edge, points: [...edge.points].reverse() };
}
