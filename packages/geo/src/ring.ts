/**
 * A ring is a closed outline as flat coordinates `[x0, y0, x1, y1, …]`; its first point is not repeated at the end.
 * In pixel coordinates y grows downwards. There an outer ring runs counterclockwise as seen on the screen (what is
 * inside lies to the left of the way), and stays so on a map with north at the top. Rings of degrees have y upwards.
 */
export type Ring = readonly number[];

/** A polygon: its outer ring first, then its holes. */
export type Rings = readonly Ring[];

/** A rectangle of pixels or of ground: x0 <= x < x1, y0 <= y < y1. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Twice the area that the ring encloses, by the shoelace formula, in squared units of the coordinates. Positive where
 * the ring turns from the x axis towards the y axis: clockwise on a screen, counterclockwise on a map.
 */
export function signedArea2(ring: Ring): number {
  const x0 = ring[0] ?? 0;
  const y0 = ring[1] ?? 0;
  let sum = 0;
  for (let i = 2; i + 3 < ring.length; i += 2) {
    // Relative to the first point, so that large coordinates lose no digits.
    const ax = (ring[i] ?? 0) - x0;
    const ay = (ring[i + 1] ?? 0) - y0;
    const bx = (ring[i + 2] ?? 0) - x0;
    const by = (ring[i + 3] ?? 0) - y0;
    sum += ax * by - bx * ay;
  }
  return sum;
}

/** The area of a polygon, its holes left out, in squared units of the coordinates. Holes run the other way than the outer ring. */
export function enclosedArea(rings: Rings): number {
  return Math.abs(rings.reduce((sum, ring) => sum + signedArea2(ring) / 2, 0));
}

/** The same ring in the other direction, from the same first point. */
export function reversed(ring: Ring): number[] {
  const out = ring.slice(0, 2);
  for (let i = ring.length - 2; i >= 2; i -= 2) out.push(ring[i] ?? 0, ring[i + 1] ?? 0);
  return out;
}

/** The same ring, begun at its smallest point (least x, then least y), so that equal outlines are equal arrays. */
export function fromSmallest(ring: Ring): number[] {
  let best = 0;
  for (let i = 2; i < ring.length; i += 2) {
    if (comparePoints(ring, i, ring, best) < 0) best = i;
  }
  return [...ring.slice(best), ...ring.slice(0, best)];
}

/** Orders rings by their first point (x, then y), then point by point. For rings begun at their smallest point. */
export function compareRings(a: Ring, b: Ring): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 2) {
    const order = comparePoints(a, i, b, i);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The smallest box around the rings. Throws a RangeError where there is no point at all. */
export function boxOf(rings: Rings): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const x = ring[i] ?? 0;
      const y = ring[i + 1] ?? 0;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
    }
  }
  if (x0 > x1) throw new RangeError('a polygon without points has no bounding box');
  return { x0, y0, x1, y1 };
}

/** True where the two boxes share more than an edge. */
export function boxesMeet(a: Box, b: Box): boolean {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

/** The ring without repeated points and without points on the straight line between their neighbours. */
export function withoutCollinear(ring: Ring): number[] {
  let points = [...ring];
  for (;;) {
    const kept: number[] = [];
    const n = points.length;
    for (let i = 0; i < n; i += 2) {
      const x = points[i] ?? 0;
      const y = points[i + 1] ?? 0;
      const previous = kept.length > 0 ? kept.length - 2 : -1;
      const px = previous >= 0 ? (kept[previous] ?? 0) : (points[n - 2] ?? 0);
      const py = previous >= 0 ? (kept[previous + 1] ?? 0) : (points[n - 1] ?? 0);
      const nx = points[(i + 2) % n] ?? 0;
      const ny = points[(i + 3) % n] ?? 0;
      if ((x - px) * (ny - y) !== (y - py) * (nx - x)) kept.push(x, y);
    }
    if (kept.length === n) return kept;
    points = kept;
  }
}

/** The ring with each edge in as many equal pieces as its extent along x and y asks for. */
export function divided(ring: Ring, piecesOf: (dx: number, dy: number) => number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    const [x = 0, y = 0] = [ring[i], ring[i + 1]];
    const [dx, dy] = [(ring[(i + 2) % ring.length] ?? 0) - x, (ring[(i + 3) % ring.length] ?? 0) - y];
    const pieces = Math.max(1, piecesOf(dx, dy));
    for (let k = 0; k < pieces; k++) out.push(x + (dx * k) / pieces, y + (dy * k) / pieces);
  }
  return out;
}

function comparePoints(a: Ring, i: number, b: Ring, j: number): number {
  return (a[i] ?? 0) - (b[j] ?? 0) || (a[i + 1] ?? 0) - (b[j + 1] ?? 0);
}

/** The smallest box that holds both. */
export function boxAround(a: Box, b: Box): Box {
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}
