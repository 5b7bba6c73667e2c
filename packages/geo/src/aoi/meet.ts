import { meeting, sideOfRing, type Point } from '../predicates.ts';
import { boxesMeet, boxOf, type Ring, type Rings } from '../ring.ts';

/** Areas drawn side by side may differ along their common border by this much before they count as overlapping: 10 cm. */
const SLACK = 10;

/**
 * True where two polygons share ground, beyond the inaccuracy of a border drawn twice.
 *
 * @param a rings of 1e-7 degree, holes after the outer ring
 */
export function polygonsOverlap(a: Rings, b: Rings): boolean {
  const [outerA = [], ...holesA] = a.map(doubled);
  const [outerB = [], ...holesB] = b.map(doubled);
  if (!boxesMeet(boxOf([outerA]), boxOf([outerB]))) return false;
  if (holesB.some((hole) => lieWithin(outerA, hole)) || holesA.some((hole) => lieWithin(outerB, hole))) return false;
  const [edgesA, edgesB] = [edgesOf(outerA), edgesOf(outerB)];
  return (
    probesOf(edgesA).some((point) => deepInside(point, outerB, edgesB)) ||
    probesOf(edgesB).some((point) => deepInside(point, outerA, edgesA)) ||
    edgesA.some((edge) => edgesB.some((other) => crossDeeply(edge, other))) ||
    // The same outline twice, or one drawn along the other.
    lieWithin(outerA, outerB) ||
    lieWithin(outerB, outerA)
  );
}

/** True where a polygon and the inside of a ring share at least a point. */
export function polygonMeetsRing(polygon: Rings, ring: Ring): boolean {
  const [outer = [], ...holes] = polygon;
  const box = boxOf([ring]);
  const edges = edgesOf(ring);
  // Of a long outline few edges come near a small ring, such as that of a block.
  const near = polygon.flatMap(edgesOf).filter(([[ax, ay], [bx, by]]) => {
    const apartX = Math.max(ax, bx) < box.x0 || Math.min(ax, bx) > box.x1;
    return !apartX && Math.max(ay, by) >= box.y0 && Math.min(ay, by) <= box.y1;
  });
  const touches = near.some((own) => edges.some((edge) => meeting(...own, ...edge) !== 'apart'));
  if (touches) return true;
  // No edges meet: one lies wholly inside the other, or they lie apart.
  if (sideOfRing(ring, outer[0] ?? 0, outer[1] ?? 0) > 0) return true;
  const [x = 0, y = 0] = ring;
  return sideOfRing(outer, x, y) > 0 && !holes.some((hole) => sideOfRing(hole, x, y) > 0);
}

type Edge = readonly [Point, Point];

/** Doubled coordinates make the middles of edges integers. */
function doubled(ring: Ring): number[] {
  return ring.map((value) => value * 2);
}

function edgesOf(ring: Ring): Edge[] {
  const edges: Edge[] = [];
  const n = ring.length;
  for (let i = 0; i < n; i += 2) {
    edges.push([
      [ring[i] ?? 0, ring[i + 1] ?? 0],
      [ring[(i + 2) % n] ?? 0, ring[(i + 3) % n] ?? 0],
    ]);
  }
  return edges;
}

/** The begin and the middle of each edge. */
function probesOf(edges: readonly Edge[]): Point[] {
  return edges.flatMap(([[ax, ay], [bx, by]]): Point[] => [
    [ax, ay],
    [(ax + bx) / 2, (ay + by) / 2],
  ]);
}

function lieWithin(inner: Ring, ring: Ring): boolean {
  return probesOf(edgesOf(inner)).every(([x, y]) => sideOfRing(ring, x, y) >= 0);
}

function deepInside(point: Point, ring: Ring, edges: readonly Edge[]): boolean {
  return sideOfRing(ring, point[0], point[1]) > 0 && edges.every((edge) => beyondSlack(point, edge));
}

function crossDeeply(a: Edge, b: Edge): boolean {
  return (
    meeting(...a, ...b) === 'cross' && a.every((end) => beyondSlack(end, b)) && b.every((end) => beyondSlack(end, a))
  );
}

/** True where a point lies farther than the slack from a segment, in doubled coordinates. */
function beyondSlack([px, py]: Point, [[ax, ay], [bx, by]]: Edge): boolean {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
  const [ex, ey] = [px - ax - along * dx, py - ay - along * dy];
  return ex * ex + ey * ey > 4 * SLACK * SLACK;
}
