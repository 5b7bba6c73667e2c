import { boxesMeet, boxOf, type Ring, type Rings } from './ring.ts';

/**
 * The area that two valid polygons share, in squared units of their coordinates; exact but for the rounding of doubles.
 *
 * A polygon is the sum of what lies under its edges, counted by the edge's way along x. So what two polygons share is the
 * sum over pairs of edges of what lies under both, which is a trapezoid, or two where the edges cross.
 *
 * @param a outer ring, then holes, which run the other way
 * @param b in the same coordinates
 */
export function sharedArea(a: Rings, b: Rings): number {
  const [around, other] = [boxOf(a), boxOf(b)];
  if (!boxesMeet(around, other)) return 0;
  const [x0, y0] = [Math.min(around.x0, other.x0), Math.min(around.y0, other.y0)];
  const under = a.flatMap((ring) => edgesOf(ring, x0, y0));
  const others = b.flatMap((ring) => edgesOf(ring, x0, y0));
  let shared = 0;
  for (const one of under) {
    for (const edge of others) {
      if (one.x0 < edge.x1 && edge.x0 < one.x1) shared += one.way * edge.way * underBoth(one, edge);
    }
  }
  // Where the rings of one run the other way than those of the other, every product has the other sign.
  return Math.abs(shared);
}

/** An edge from its smaller to its greater x; `way` is −1 where the ring passes it the other way. */
interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly way: 1 | -1;
}

/** The edges of a ring, as seen from a point that is no greater than any of its points. Nothing lies under upright ones. */
function edgesOf(ring: Ring, x: number, y: number): Edge[] {
  const edges: Edge[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    const [ax, ay] = [(ring[i] ?? 0) - x, (ring[i + 1] ?? 0) - y];
    const [bx, by] = [(ring[(i + 2) % ring.length] ?? 0) - x, (ring[(i + 3) % ring.length] ?? 0) - y];
    if (ax < bx) edges.push({ x0: ax, y0: ay, x1: bx, y1: by, way: 1 });
    if (bx < ax) edges.push({ x0: bx, y0: by, x1: ax, y1: ay, way: -1 });
  }
  return edges;
}

/** The area under both edges, down to 0, where their extents along x meet. */
function underBoth(a: Edge, b: Edge): number {
  const [from, to] = [Math.max(a.x0, b.x0), Math.min(a.x1, b.x1)];
  const [a0, a1, b0, b1] = [heightAt(a, from), heightAt(a, to), heightAt(b, from), heightAt(b, to)];
  const [before, after] = [a0 - b0, a1 - b1];
  if (before * after >= 0) return ((Math.min(a0, b0) + Math.min(a1, b1)) / 2) * (to - from);
  const part = before / (before - after);
  const crossing = a0 + part * (a1 - a0);
  const left = (Math.min(a0, b0) + crossing) * part;
  return ((left + (crossing + Math.min(a1, b1)) * (1 - part)) / 2) * (to - from);
}

function heightAt({ x0, y0, x1, y1 }: Edge, x: number): number {
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
