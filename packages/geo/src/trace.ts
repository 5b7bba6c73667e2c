import { label, type Labels } from './label.ts';
import { compareRings, fromSmallest, type Ring } from './ring.ts';

/** A component of a mask as an exact polygon along pixel edges. */
export interface TracedPolygon {
  /** Outer ring, then holes by their first point; integer pixel corners (0, 0 = the raster's top left). */
  readonly rings: Ring[];
  /** Pixels of the component: exactly the polygon's area. */
  readonly pixels: number;
  /** Sum of the confidences (0 … 255) of those pixels; 0 where no confidence raster was given. */
  readonly confidenceSum: number;
}

/**
 * Outlines of the 4-connected components of the pixels that are not 0, exactly along the pixel edges.
 *
 * Every ring is simple: where a component meets itself at a corner only, its outline is split there (an outer ring and a
 * hole, or two holes, that share one point). Points on straight edges are left out; each ring begins at its smallest
 * point (x, then y); polygons come in the order of their outer rings' first points.
 *
 * @param mask width × height bytes, row by row from the top
 * @param confidence bytes of the same shape to sum up per polygon
 * Throws a RangeError where a raster's length does not fit.
 */
export function trace(mask: Uint8Array, width: number, height: number, confidence?: Uint8Array): TracedPolygon[] {
  const labelled = label(mask, width, height, confidence);
  const outlines = outlinesOf(labelled, height);
  const polygons: TracedPolygon[] = [];
  outlines.forEach((rings, name) => {
    const [outer, ...holes] = rings;
    if (!outer) return;
    polygons.push({
      rings: [outer, ...holes.sort(compareRings)],
      pixels: labelled.pixels[name] ?? 0,
      confidenceSum: labelled.confidence[name] ?? 0,
    });
  });
  return polygons.sort((a, b) => compareRings(a.rings[0] ?? [], b.rings[0] ?? []));
}

/**
 * The rings of each component, at its label. Rows are read from the top, so the first ring met of a component is its
 * outer one: above the component's highest row there is nothing of it that could enclose a hole.
 */
function outlinesOf({ labels, stride, count }: Labels, height: number): Ring[][] {
  const outlines: Ring[][] = Array.from({ length: count + 1 }, () => []);
  const walked = new Uint8Array(labels.length);
  for (let y = 0; y < height; y++) {
    const end = (y + 2) * stride - 1;
    for (let at = (y + 1) * stride + 1; at < end; at++) {
      const name = labels[at] ?? 0;
      // Every ring passes a top edge: a pixel of the component with none of it above.
      if (name === 0 || labels[at - stride] === name || walked[at] !== 0) continue;
      outlines[name]?.push(fromSmallest(walk(labels, stride, walked, at, name)));
    }
  }
  return outlines;
}

/**
 * Walks one ring from the top edge of the pixel `start` westwards, keeping the component to the left, and marks the
 * pixels whose top edges it passes. Where the way is free to both sides it turns right if the pixel there is of the same
 * component, which closes what lies to the right: no ring passes a corner twice.
 */
function walk(labels: Int32Array, stride: number, walked: Uint8Array, start: number, name: number): number[] {
  // Corner (x, y) is named by the pixel to its north-west, which lies at y * stride + x in the rimmed raster.
  const [east, south, west, north] = [0, 1, 2, 3] as const;
  const ring: number[] = [];
  let corner = start - stride;
  let heading: number = west;
  do {
    let left: number;
    let right: number;
    if (heading === west) {
      walked[corner + stride] = 1;
      corner -= 1;
      left = corner + stride;
      right = corner;
    } else if (heading === south) {
      corner += stride;
      left = corner + stride + 1;
      right = corner + stride;
    } else if (heading === east) {
      corner += 1;
      left = corner + 1;
      right = corner + stride + 1;
    } else {
      corner -= stride;
      left = corner;
      right = corner + 1;
    }
    if (labels[right] === name) heading = heading === north ? east : heading + 1;
    else if (labels[left] !== name) heading = heading === east ? north : heading - 1;
    else continue;
    ring.push(corner % stride, Math.floor(corner / stride));
  } while (heading !== west || walked[corner + stride] === 0);
  return ring;
}
