import { meeting, sideOfRing, type Meeting, type Point } from './predicates.ts';
import { boxesMeet, boxOf, type Ring, type Rings } from './ring.ts';

/** What keeps a polygon from being valid (OGC simple features), and where. */
export interface PolygonFault {
  readonly kind: 'too-few-points' | 'self-crossing' | 'rings-cross' | 'hole-outside' | 'holes-overlap';
  /** Index of the ring, 0 being the outer one. */
  readonly ring: number;
  /** Index of a point of that ring next to the fault. */
  readonly point: number;
}

/** One edge of a ring, from point `index` on, and its extent along the sweep and across it. */
interface Edge {
  readonly ring: number;
  readonly index: number;
  readonly from: Point;
  readonly to: Point;
  readonly begin: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The first fault found in a polygon with integer coordinates, or undefined where it is valid: every ring simple (it
 * passes no point twice), holes inside the outer ring and outside each other; rings may touch at single points.
 * Directions do not matter. Exact; a sweep compares only edges that overlap along it.
 */
export function polygonFault(rings: Rings): PolygonFault | undefined {
  const short = rings.findIndex((ring) => ring.length < 6);
  if (short >= 0 || rings.length === 0) return { kind: 'too-few-points', ring: Math.max(short, 0), point: 0 };
  const touching = new Set<number>();
  for (const [a, b, how] of meetings(rings)) {
    if (a.ring === b.ring) {
      if (how === 'touch' && adjacent(a, b, rings[a.ring] ?? [])) continue;
      return { kind: 'self-crossing', ring: a.ring, point: Math.max(a.index, b.index) };
    }
    const inner = a.ring > b.ring ? a : b;
    if (how !== 'touch') return { kind: 'rings-cross', ring: inner.ring, point: inner.index };
    touching.add(a.ring).add(b.ring);
  }
  return nestingFault(rings, touching);
}

/** Pairs of edges that share a point, each pair once. */
function* meetings(rings: Rings): Generator<[Edge, Edge, Meeting]> {
  const axis = sweepAxis(rings);
  const edges = rings.flatMap((ring, name) => edgesOf(ring, name, axis)).sort((a, b) => a.begin - b.begin);
  let active: Edge[] = [];
  let checked = 0;
  for (const edge of edges) {
    // Edges that ended are cleared out only now and then: doing it each time would cost more than passing them over.
    if (++checked % 16 === 0) active = active.filter(({ end }) => end >= edge.begin);
    for (const other of active) {
      if (other.end < edge.begin || other.high < edge.low || other.low > edge.high) continue;
      const how = meeting(other.from, other.to, edge.from, edge.to);
      if (how !== 'apart') yield [other, edge, how];
    }
    active.push(edge);
  }
}

/** The axis (0 = x, 1 = y) along which edges are shorter all in all, so that fewer are in the sweep at a time. */
function sweepAxis(rings: Rings): 0 | 1 {
  const { x0, y0, x1, y1 } = boxOf(rings);
  let [alongX, alongY] = [0, 0];
  for (const ring of rings) {
    const n = ring.length;
    for (let i = 0; i < n; i += 2) {
      alongX += Math.abs((ring[(i + 2) % n] ?? 0) - (ring[i] ?? 0));
      alongY += Math.abs((ring[(i + 3) % n] ?? 0) - (ring[i + 1] ?? 0));
    }
  }
  return alongX * (y1 - y0) <= alongY * (x1 - x0) ? 0 : 1;
}

function edgesOf(ring: Ring, name: number, axis: 0 | 1): Edge[] {
  const edges: Edge[] = [];
  const n = ring.length;
  const across = axis === 0 ? 1 : 0;
  for (let i = 0; i < n; i += 2) {
    const from: Point = [ring[i] ?? 0, ring[i + 1] ?? 0];
    const to: Point = [ring[(i + 2) % n] ?? 0, ring[(i + 3) % n] ?? 0];
    edges.push({
      ring: name,
      index: i / 2,
      from,
      to,
      begin: Math.min(from[axis], to[axis]),
      end: Math.max(from[axis], to[axis]),
      low: Math.min(from[across], to[across]),
      high: Math.max(from[across], to[across]),
    });
  }
  return edges;
}

function adjacent(a: Edge, b: Edge, ring: Ring): boolean {
  const gap = Math.abs(a.index - b.index);
  return gap === 1 || gap === ring.length / 2 - 1;
}

/** Rings do not cross here, so one point of a hole tells where it lies; where rings touch, a point of each stretch. */
function nestingFault(rings: Rings, touching: ReadonlySet<number>): PolygonFault | undefined {
  const [outer = [], ...holes] = rings;
  // Doubled, so that the middles of edges are integers too.
  const doubled = holes.map((hole) => hole.map((value) => value * 2));
  const outerDoubled = outer.map((value) => value * 2);
  const boxes = doubled.map((hole) => boxOf([hole]));
  for (const [i, hole] of doubled.entries()) {
    const box = boxes[i];
    const probes = probesOf(hole, touching.has(i + 1));
    const stray = probes.findIndex(([x, y]) => sideOfRing(outerDoubled, x, y) < 0);
    if (stray >= 0) return { kind: 'hole-outside', ring: i + 1, point: Math.floor(stray / 2) };
    for (const [j, other] of doubled.entries()) {
      const otherBox = boxes[j];
      if (i === j || !box || !otherBox || !boxesMeet(box, otherBox)) continue;
      const nested = probes.findIndex(([x, y]) => sideOfRing(other, x, y) > 0);
      if (nested >= 0) return { kind: 'holes-overlap', ring: i + 1, point: Math.floor(nested / 2) };
    }
  }
  return undefined;
}

function probesOf(ring: Ring, all: boolean): Point[] {
  const probes: Point[] = [];
  const n = all ? ring.length : 2;
  for (let i = 0; i < n; i += 2) {
    const [x, y] = [ring[i] ?? 0, ring[i + 1] ?? 0];
    const [nextX, nextY] = [ring[(i + 2) % ring.length] ?? 0, ring[(i + 3) % ring.length] ?? 0];
    probes.push([x, y], [(x + nextX) / 2, (y + nextY) / 2]);
  }
  return probes;
}
