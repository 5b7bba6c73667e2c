import { signedArea2, type Box, type Ring, type Rings } from './ring.ts';
import { trace } from './trace.ts';

/** Sides of a block's core, in the order in which border runs are listed. */
export const SIDES = ['north', 'east', 'south', 'west'] as const;
export type Side = (typeof SIDES)[number];

/**
 * A stretch of a core's side along which a polygon's pixels lie: from < to, both in grid pixels, x for north and south,
 * y for east and west.
 */
export type BorderRun = readonly [side: Side, from: number, to: number];

/** One polygon of a block: the part of a component of the mask that lies in the block's core. */
export interface BlockPolygon {
  /** Outer ring, then holes: flat x, y integers, pixel corners counted from the raster's top left. */
  readonly rings: Rings;
  readonly pixels: number;
  /** Sum of the pixels' confidences, 0 … 255 each. */
  readonly confidenceSum: number;
  /** True where the polygon touches the core's border, so that a neighbouring block may hold more of it. */
  readonly border: boolean;
  /** Where it touches: by side, then by `from`. Empty where `border` is false. */
  readonly runs: readonly BorderRun[];
}

/** What the transformer answers for one block, as JSON: every polygon of the core, by first point. */
export interface BlockShapes {
  readonly polygons: readonly BlockPolygon[];
}

/**
 * Traces the mask of one block's core.
 *
 * @param mask the core's pixels, row by row: not 0 is foreground
 * @param core where the core lies in the raster
 * @param confidence the core's confidences, 0 … 255
 * Throws a RangeError where a raster is not of the core's size.
 */
export function traceBlock(mask: Uint8Array, core: Box, confidence?: Uint8Array): BlockShapes {
  const polygons = trace(mask, core.x1 - core.x0, core.y1 - core.y0, confidence);
  return {
    polygons: polygons.map(({ rings, pixels, confidenceSum }) => {
      const moved = rings.map((ring) => ring.map((value, i) => value + (i % 2 === 0 ? core.x0 : core.y0)));
      const runs = borderRuns(moved, core);
      return { rings: moved, pixels, confidenceSum, border: runs.length > 0, runs };
    }),
  };
}

/** The runs of a polygon of pixels along the sides of its core, by side, then by `from`. */
export function borderRuns(rings: Rings, core: Box): BorderRun[] {
  const runs: BorderRun[] = [];
  for (const ring of rings) {
    const n = ring.length;
    for (let i = 0; i < n; i += 2) {
      const ax = ring[i] ?? 0;
      const ay = ring[i + 1] ?? 0;
      const bx = ring[(i + 2) % n] ?? 0;
      const by = ring[(i + 3) % n] ?? 0;
      if (ay === by) {
        if (ay === core.y0) runs.push(['north', Math.min(ax, bx), Math.max(ax, bx)]);
        else if (ay === core.y1) runs.push(['south', Math.min(ax, bx), Math.max(ax, bx)]);
      } else if (ax === core.x0) runs.push(['west', Math.min(ay, by), Math.max(ay, by)]);
      else if (ax === core.x1) runs.push(['east', Math.min(ay, by), Math.max(ay, by)]);
    }
  }
  return runs.sort((a, b) => SIDES.indexOf(a[0]) - SIDES.indexOf(b[0]) || a[1] - b[1]);
}

/**
 * Reads the answer of a transformer, which may run on another machine.
 * Throws a TypeError that says which polygon does not hold: coordinates that are no integers or lie outside the core,
 * rings that do not run along pixel edges, an area other than the count of pixels, runs other than the rings'.
 */
export function parseBlockShapes(json: unknown, core: Box): BlockShapes {
  const polygons = isRecord(json) ? json['polygons'] : undefined;
  if (!Array.isArray(polygons)) throw new TypeError('block shapes must be an object with a list of polygons');
  return { polygons: polygons.map((polygon: unknown, i) => parsePolygon(polygon, core, `/polygons/${i}`)) };
}

function parsePolygon(json: unknown, core: Box, path: string): BlockPolygon {
  if (!isRecord(json)) throw new TypeError(`${path} must be an object`);
  const { rings: listed, pixels, confidenceSum, border, runs: told } = json;
  if (!Array.isArray(listed) || listed.length === 0) throw new TypeError(`${path}/rings must be a list of rings`);
  const rings = listed.map((ring: unknown, i) => parseRing(ring, core, `${path}/rings/${i}`));
  const area2 = rings.reduce((sum, ring) => sum - signedArea2(ring), 0);
  if (typeof pixels !== 'number' || pixels < 1 || pixels * 2 !== area2) {
    throw new TypeError(`${path}/pixels must be ${area2 / 2}, the area of its rings`);
  }
  if (!Number.isSafeInteger(confidenceSum) || Number(confidenceSum) < 0 || Number(confidenceSum) > 255 * pixels) {
    throw new TypeError(`${path}/confidenceSum must be an integer from 0 to 255 × pixels`);
  }
  const runs = borderRuns(rings, core);
  if (border !== runs.length > 0) throw new TypeError(`${path}/border must be ${runs.length > 0}, as its rings are`);
  if (JSON.stringify(told) !== JSON.stringify(runs)) {
    throw new TypeError(`${path}/runs must be ${JSON.stringify(runs)}, as its rings touch the border of the core`);
  }
  return { rings, pixels, confidenceSum: Number(confidenceSum), border, runs };
}

/** A ring along pixel edges inside a box. Throws a TypeError that names the value that does not hold. */
export function parseRing(json: unknown, core: Box, path: string): Ring {
  if (!Array.isArray(json) || json.length < 8 || json.length % 4 !== 0) {
    throw new TypeError(`${path} must list x and y of at least four corners`);
  }
  const ring = json.map((value: unknown, i) => {
    const [low, high] = i % 2 === 0 ? [core.x0, core.x1] : [core.y0, core.y1];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low || value > high) {
      throw new TypeError(`${path}/${i} must be an integer from ${low} to ${high}`);
    }
    return value;
  });
  const vertical = ring[0] === ring[2] ? 0 : 1;
  for (let i = 0; i < ring.length; i += 2) {
    // Along pixel edges every second step goes up or down, the others left or right.
    const still = (i / 2 + vertical) % 2;
    const next = (i + 2) % ring.length;
    if (ring[i + still] !== ring[next + still] || ring[i + 1 - still] === ring[next + 1 - still]) {
      throw new TypeError(`${path}/${i} must be a corner between an upright and a level edge`);
    }
  }
  return ring;
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
