import type { Box, Ring, Rings } from './ring.ts';
import { parseBlockShapes, parseRing, type BlockPolygon } from './shapes.ts';

/** One thing that a network found as a whole, in pixels of the raster. */
export interface FoundObject {
  readonly class: string;
  /** How sure the network is, 0 … 1. */
  readonly score: number;
  /** Where it lies: whole pixels, of which there is at least one. */
  readonly box: Box;
  /** Its outline, along pixel edges inside the box: outer ring, then holes. */
  readonly rings: Rings;
}

/** What the graph answers for one block: parts of what may go on in other blocks, and things that are whole. */
export interface Shapes {
  readonly polygons: readonly (BlockPolygon & { readonly class: string })[];
  readonly objects: readonly FoundObject[];
}

/** The outline of a box. */
export function boxRing({ x0, y0, x1, y1 }: Box): Ring {
  return [x0, y0, x0, y1, x1, y1, x1, y0];
}

/**
 * The pixel at the middle of a box. The block whose core holds it is the one that the object belongs to.
 */
export function middleOf({ x0, y0, x1, y1 }: Box): [x: number, y: number] {
  return [Math.floor((x0 + x1) / 2), Math.floor((y0 + y1) / 2)];
}

/**
 * Reads the answer of a graph, which may run on another machine.
 * Throws a TypeError that says what does not hold: what `parseBlockShapes` says of polygons; a class that is none of those
 * named; an object whose middle lies in another block, or whose outline leaves its box.
 */
export function parseShapes(json: unknown, core: Box, classes: readonly string[]): Shapes {
  const { polygons } = parseBlockShapes(json, core);
  const { polygons: told, objects = [] } = json as { polygons: unknown[]; objects?: unknown };
  if (!Array.isArray(objects)) throw new TypeError('/objects must be a list');
  return {
    polygons: polygons.map((polygon, i) => ({ ...polygon, class: classOf(told[i], classes, `/polygons/${i}`) })),
    objects: objects.map((object: unknown, i) => parseObject(object, core, classes, `/objects/${i}`)),
  };
}

function parseObject(json: unknown, core: Box, classes: readonly string[], path: string): FoundObject {
  const { score, box: listed, rings } = (json ?? {}) as Record<string, unknown>;
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) throw new TypeError(`${path}/score must be 0 to 1`);
  const { x0, y0, x1, y1 } = (listed ?? {}) as Record<string, unknown>;
  const isWhole = [x0, y0, x1, y1].every((value) => Number.isSafeInteger(value));
  const box = { x0, y0, x1, y1 } as Box;
  if (!isWhole || box.x0 >= box.x1 || box.y0 >= box.y1) throw new TypeError(`${path}/box must hold whole pixels`);
  const [x, y] = middleOf(box);
  if (x < core.x0 || x >= core.x1 || y < core.y0 || y >= core.y1) {
    throw new TypeError(`${path}/box must have its middle in the core of its block`);
  }
  if (!Array.isArray(rings) || rings.length === 0) throw new TypeError(`${path}/rings must be a list of rings`);
  return {
    class: classOf(json, classes, path),
    score,
    box,
    rings: rings.map((ring: unknown, i) => parseRing(ring, box, `${path}/rings/${i}`)),
  };
}

function classOf(json: unknown, classes: readonly string[], path: string): string {
  const name = (json as { class?: unknown } | null)?.class;
  if (typeof name === 'string' && classes.includes(name)) return name;
  throw new TypeError(`${path}/class must be one of ${classes.join(', ')}`);
}
