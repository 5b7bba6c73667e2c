import { sideOfRing, signedArea2 } from '@cairn/geo/polygons';

/**
 * Joins ways end to end into rings of node ids, as the members of a multipolygon are: each ring closed by its first node,
 * which is not repeated. `open` are the ways of which no ring became.
 */
export function assembleRings(ways: readonly (readonly number[])[]): { rings: number[][]; open: number } {
  const rings: number[][] = [];
  const loose = new Map<number, number[]>();
  const rest = new Set<number>();
  for (const [index, way] of ways.entries()) {
    if (way.length > 3 && way[0] === way.at(-1)) {
      rings.push(way.slice(0, -1));
      continue;
    }
    rest.add(index);
    for (const end of [way[0]!, way.at(-1)!]) loose.set(end, [...(loose.get(end) ?? []), index]);
  }
  let open = 0;
  for (const first of rest) {
    rest.delete(first);
    const ring = [...ways[first]!];
    let used = 1;
    while (ring[0] !== ring.at(-1)) {
      const end = ring.at(-1)!;
      const next = loose.get(end)?.find((index) => rest.has(index));
      if (next === undefined) break;
      rest.delete(next);
      used += 1;
      const way = ways[next]!;
      ring.push(...(way[0] === end ? way : [...way].reverse()).slice(1));
    }
    if (ring.length > 3 && ring[0] === ring.at(-1)) rings.push(ring.slice(0, -1));
    else open += used;
  }
  return { rings, open };
}

/**
 * Gives each hole to the smallest outer ring around it; answers polygons, and how many holes lie in none.
 * @param outers and `inners`: rings of 1e-7 degree.
 */
export function nestRings(
  outers: readonly number[][],
  inners: readonly number[][],
): { polygons: number[][][]; stray: number } {
  const polygons = outers.map((outer) => [outer]);
  const bySize = [...polygons].sort((a, b) => Math.abs(signedArea2(a[0]!)) - Math.abs(signedArea2(b[0]!)));
  let stray = 0;
  for (const inner of inners) {
    const around = bySize.find(([outer]) => isInside(inner, outer!));
    if (around === undefined) stray += 1;
    else around.push(inner);
  }
  return { polygons, stray };
}

/** By the first point that does not lie on the outer ring itself. */
function isInside(inner: readonly number[], outer: readonly number[]): boolean {
  for (let at = 0; at < inner.length; at += 2) {
    const side = sideOfRing(outer, inner[at]!, inner[at + 1]!);
    if (side !== 0) return side > 0;
  }
  return false;
}
