import { type Collection, polygonsOf, type Shape } from './collection.ts';

/** West, south, east, north in degrees. */
export type Extent = readonly [number, number, number, number];

/** The extent of a shape. */
export function extentOfShape(shape: Shape): Extent {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of polygonsOf(shape).flatMap(([outer]) => outer ?? [])) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return [west, south, east, north];
}

/** The extent around two, of which the first may be missing yet. */
export function union(one: Extent | undefined, other: Extent): Extent {
  if (one === undefined) return other;
  return [
    Math.min(one[0], other[0]),
    Math.min(one[1], other[1]),
    Math.max(one[2], other[2]),
    Math.max(one[3], other[3]),
  ];
}

/** The extent of a collection; undefined where it has no features. */
export async function extentOf(collection: Collection): Promise<Extent | undefined> {
  let extent: Extent | undefined;
  for await (const { geometry } of collection.features()) extent = union(extent, extentOfShape(geometry));
  return extent;
}
