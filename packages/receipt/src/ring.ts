/** A place as whole numbers of 1e-7 degree: longitude, latitude. */
export type Place = readonly [number, number];

/** Compares two places by longitude, then latitude. */
function comparePlaces(a: Place, b: Place): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** Compares two sequences of places place by place; a shorter one that is the beginning of the other comes first. */
export function comparePlaceLists(a: readonly Place[], b: readonly Place[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const order = comparePlaces(a[at] as Place, b[at] as Place);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Rotates to the smallest of all rotations, in linear time even where a hostile ring repeats one place many times. */
function leastRotation(ring: readonly Place[]): Place[] {
  const count = ring.length;
  let first = 0;
  let second = 1;
  let equal = 0;
  while (first < count && second < count && equal < count) {
    const order = comparePlaces(ring[(first + equal) % count] as Place, ring[(second + equal) % count] as Place);
    if (order === 0) {
      equal++;
      continue;
    }
    if (order > 0) first += equal + 1;
    else second += equal + 1;
    if (first === second) second++;
    equal = 0;
  }
  const start = Math.min(first, second);
  return [...ring.slice(start), ...ring.slice(0, start)];
}

/** The sign of a ring's area, exactly: in doubles where no sum can leave their whole numbers, else in big integers. */
function turn(ring: readonly Place[]): number {
  const [originX, originY] = ring[0] as Place;
  let span = 0;
  for (const [x, y] of ring) span = Math.max(span, Math.abs(x - originX), Math.abs(y - originY));
  const isSmall = 4 * ring.length * span * span < Number.MAX_SAFE_INTEGER;
  let sum = 0;
  let bigSum = 0n;
  for (let at = 0; at < ring.length; at++) {
    const [x1, y1] = ring[at] as Place;
    const [x2, y2] = ring[(at + 1) % ring.length] as Place;
    const [ax, ay, bx, by] = [x1 - originX, y1 - originY, x2 - originX, y2 - originY];
    if (isSmall) sum += ax * by - bx * ay;
    else bigSum += BigInt(ax) * BigInt(by) - BigInt(bx) * BigInt(ay);
  }
  if (isSmall) return Math.sign(sum);
  return bigSum > 0n ? 1 : bigSum < 0n ? -1 : 0;
}

/**
 * The one form of an open ring (first place not repeated at the end; one place at least): counter-clockwise for an outer
 * ring, clockwise for a hole, from its smallest place on, then closed. A ring without area takes the smaller direction.
 */
export function normaliseRing(ring: readonly Place[], isOuter: boolean): Place[] {
  const direction = turn(ring) * (isOuter ? 1 : -1);
  const forward = leastRotation(ring);
  const backward = direction > 0 ? forward : leastRotation([...ring].reverse());
  const useForward = direction > 0 || (direction === 0 && comparePlaceLists(forward, backward) <= 0);
  const chosen = useForward ? forward : backward;
  return [...chosen, chosen[0] as Place];
}
