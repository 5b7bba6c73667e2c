import { compareRings, fromSmallest, signedArea2, withoutCollinear, type Ring, type Rings } from './ring.ts';

/**
 * The rings of a component whose pieces lie in several blocks: exactly those that tracing the whole mask would give.
 * Edges along block borders that two pieces pass in opposite directions vanish; the rest is linked anew.
 *
 * @param pieces the rings of each piece, in grid pixels
 * @param size edge of a block in pixels: pieces meet only on multiples of it
 * Throws an Error where the pieces do not fit together (they overlap, or are of another grid).
 */
export function joinOutlines(pieces: readonly Rings[], size: number): Ring[] {
  const rings = link(remainingEdges(pieces, size)).map((ring) => fromSmallest(withoutCollinear(ring)));
  const outer = rings.filter((ring) => signedArea2(ring) < 0);
  const [first] = outer;
  if (!first || outer.length > 1) {
    throw new Error(`pieces that touch must join to one outline, these join to ${outer.length}: do they overlap?`);
  }
  return [first, ...rings.filter((ring) => ring !== first).sort(compareRings)];
}

interface Edge {
  readonly x: number;
  readonly y: number;
  readonly toX: number;
  readonly toY: number;
}

/** The edges that no other piece passes the other way; those on block borders in unit lengths. */
function remainingEdges(pieces: readonly Rings[], size: number): Edge[] {
  const edges: Edge[] = [];
  const onBorder = new Map<string, Edge>();
  for (const ring of pieces.flat()) {
    const n = ring.length;
    for (let i = 0; i < n; i += 2) {
      const x = ring[i] ?? 0;
      const y = ring[i + 1] ?? 0;
      const toX = ring[(i + 2) % n] ?? 0;
      const toY = ring[(i + 3) % n] ?? 0;
      if ((x === toX ? x : y) % size !== 0) {
        edges.push({ x, y, toX, toY });
        continue;
      }
      const dx = Math.sign(toX - x);
      const dy = Math.sign(toY - y);
      for (let [ux, uy] = [x, y]; ux !== toX || uy !== toY; ux += dx, uy += dy) {
        const key = `${Math.min(ux, ux + dx)} ${Math.min(uy, uy + dy)} ${dx === 0 ? 'v' : 'h'}`;
        if (!onBorder.delete(key)) onBorder.set(key, { x: ux, y: uy, toX: ux + dx, toY: uy + dy });
      }
    }
  }
  return [...edges, ...onBorder.values()];
}

/** Links edges into rings. Two ways lead on only where a component meets itself at a corner: there turn right. */
function link(edges: readonly Edge[]): number[][] {
  const from = new Map<string, Edge[]>();
  for (const edge of edges) {
    const key = `${edge.x} ${edge.y}`;
    const others = from.get(key);
    if (others) others.push(edge);
    else from.set(key, [edge]);
  }
  const used = new Set<Edge>();
  const rings: number[][] = [];
  for (const start of edges) {
    if (used.has(start)) continue;
    const ring: number[] = [];
    let edge = start;
    do {
      used.add(edge);
      ring.push(edge.x, edge.y);
      const ways = from.get(`${edge.toX} ${edge.toY}`) ?? [];
      const next = ways.length === 1 ? ways[0] : ways.find((way) => turnsRight(edge, way));
      if (!next || (next !== start && used.has(next))) {
        throw new Error(`the outline does not go on at pixel corner ${edge.toX}, ${edge.toY}: is a piece cut open?`);
      }
      edge = next;
    } while (edge !== start);
    rings.push(ring);
  }
  return rings;
}

/** With y downwards, a right turn on the screen. */
function turnsRight(edge: Edge, next: Edge): boolean {
  return (edge.toX - edge.x) * (next.toY - next.y) - (edge.toY - edge.y) * (next.toX - next.x) > 0;
}
