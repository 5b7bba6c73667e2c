import type { Ring } from './ring.ts';

/**
 * Exact tests on points with integer coordinates (up to 2^31 and more): grid pixels, 1/256 of pixels, 1e-7 of degrees.
 * Products that a double may not hold are settled with BigInt, so no rounding ever turns a side into the other.
 */

/** 1 where a → b → c turns from the x axis towards the y axis, −1 where it turns the other way, 0 on one line. */
export function orientation(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): -1 | 0 | 1 {
  const abX = bx - ax;
  const abY = by - ay;
  const acX = cx - ax;
  const acY = cy - ay;
  const left = abX * acY;
  const right = abY * acX;
  const difference = left - right;
  // Each product is off by at most half a unit in its last place, and so is their difference.
  const certain = Math.abs(left) + Math.abs(right) < Number.MAX_SAFE_INTEGER;
  if (certain || Math.abs(difference) > (Math.abs(left) + Math.abs(right)) * 4e-16) return signOf(difference);
  const exact = BigInt(abX) * BigInt(acY) - BigInt(abY) * BigInt(acX);
  return exact > 0n ? 1 : exact < 0n ? -1 : 0;
}

/** How two segments lie: apart, meeting in one point that ends one of them, crossing, or sharing a stretch. */
export type Meeting = 'apart' | 'touch' | 'cross' | 'overlap';

/** How the segment a–b meets the segment c–d. */
export function meeting([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point, [dx, dy]: Point): Meeting {
  const c = orientation(ax, ay, bx, by, cx, cy);
  const d = orientation(ax, ay, bx, by, dx, dy);
  if (c === 0 && d === 0) {
    const level = Math.abs(bx - ax) >= Math.abs(by - ay);
    const [a0, a1, c0, c1] = level ? [ax, bx, cx, dx] : [ay, by, cy, dy];
    const shared = Math.min(Math.max(a0, a1), Math.max(c0, c1)) - Math.max(Math.min(a0, a1), Math.min(c0, c1));
    return shared > 0 ? 'overlap' : shared === 0 ? 'touch' : 'apart';
  }
  if (c * d > 0) return 'apart';
  const a = orientation(cx, cy, dx, dy, ax, ay);
  const b = orientation(cx, cy, dx, dy, bx, by);
  if (a * b > 0) return 'apart';
  return a === 0 || b === 0 || c === 0 || d === 0 ? 'touch' : 'cross';
}

/** A point with integer coordinates. */
export type Point = readonly [x: number, y: number];

/** 1 where the point lies inside the ring, 0 on it, −1 outside. The direction of the ring does not matter. */
export function sideOfRing(ring: Ring, x: number, y: number): -1 | 0 | 1 {
  let inside = false;
  const n = ring.length;
  let ax = ring[n - 2] ?? 0;
  let ay = ring[n - 1] ?? 0;
  for (let i = 0; i < n; i += 2) {
    const bx = ring[i] ?? 0;
    const by = ring[i + 1] ?? 0;
    if (ay > y !== by > y) {
      const side = ay < by ? orientation(ax, ay, bx, by, x, y) : orientation(bx, by, ax, ay, x, y);
      if (side === 0) return 0;
      if (side > 0) inside = !inside;
    } else if (by === y && (bx === x || (ay === y && ax > x !== bx > x))) {
      return 0;
    }
    ax = bx;
    ay = by;
  }
  return inside ? 1 : -1;
}

/**
 * True where the point lies inside the ring. A point on the ring counts as inside one of the areas that meet there and
 * not the other, so rings that tile a plane share it out without gaps. The direction of the ring does not matter.
 */
export function insideRing(ring: Ring, x: number, y: number): boolean {
  let inside = false;
  const n = ring.length;
  for (let i = 0; i < n; i += 2) {
    const [ax = 0, ay = 0] = [ring[i], ring[i + 1]];
    const [bx = 0, by = 0] = [ring[(i + 2) % n], ring[(i + 3) % n]];
    if (ay > y === by > y) continue;
    // Always upwards, so that both areas along an edge judge it alike.
    const side = ay < by ? orientation(ax, ay, bx, by, x, y) : orientation(bx, by, ax, ay, x, y);
    if (side > 0) inside = !inside;
  }
  return inside;
}

function signOf(value: number): -1 | 0 | 1 {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}
