/** A building outline with its centroid and area, for counting hits. */
interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

interface Feature {
  geometry: { type: string; coordinates: number[][][] };
}

/**
 * Share of truths and of finds whose bounding boxes overlap one of the other by at least half (IoU of boxes), as recall
 * and precision. Coarse on purpose: it tells buildings found from buildings missed, not outlines from outlines.
 */
export function match(found: Feature[], truth: Feature[]): { precision: number; recall: number } {
  const a = found.map(boxOf);
  const b = truth.map(boxOf);
  const hits = (from: Box[], to: Box[]): number =>
    from.filter((box) => to.some((other) => iou(box, other) >= 0.5)).length;
  return { precision: hits(a, b) / Math.max(1, a.length), recall: hits(b, a) / Math.max(1, b.length) };
}

function boxOf({ geometry }: Feature): Box {
  const ring = geometry.coordinates[0] ?? [];
  const lon = ring.map(([x = 0]) => x);
  const lat = ring.map(([, y = 0]) => y);
  return { west: Math.min(...lon), south: Math.min(...lat), east: Math.max(...lon), north: Math.max(...lat) };
}

function iou(a: Box, b: Box): number {
  const width = Math.min(a.east, b.east) - Math.max(a.west, b.west);
  const height = Math.min(a.north, b.north) - Math.max(a.south, b.south);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (size(a) + size(b) - both);
}

function size({ west, south, east, north }: Box): number {
  return (east - west) * (north - south);
}
