import type { Columns } from './columns.ts';

/** By what the table is ordered: by the file's order, which is that of the ids and so as good as drawn by lot; or by a figure. */
export const sortKeys = ['id', 'area', 'confidence'] as const;
export type SortKey = (typeof sortKeys)[number];

/** A column and its direction. */
export interface Order {
  by: SortKey;
  descending: boolean;
}

/** Places in an order; what is equal stays in that of the file. */
export function ordered(places: Uint32Array, { by, descending }: Order, columns: Columns): Uint32Array {
  const way = descending ? -1 : 1;
  if (by === 'id') return descending ? places.slice().reverse() : places;
  const values = by === 'area' ? columns.area : columns.confidence;
  return places.slice().sort((a, b) => way * (values[a]! - values[b]!) || a - b);
}
