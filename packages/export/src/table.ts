import { type JsonValue, RECEIPT_PROPERTY } from '@cairn/receipt';
import { type Collection, type Feature, polygonsOf } from './collection.ts';
import { ExportError } from './error.ts';

/** What a column holds; `json` is text of JSON, for values of several types, lists and objects. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'json';

/** A column of a table of features. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** What a format with columns has to know before its first row. */
export interface Table {
  readonly count: number;
  /** West, south, east, north; undefined where there are no features. */
  readonly bbox: readonly [number, number, number, number] | undefined;
  /** `id`, the properties by name, `receipt`. */
  readonly columns: readonly Column[];
  /** The types of shape that occur, sorted. */
  readonly shapes: readonly Feature['geometry']['type'][];
}

/** A value as a column can hold it; null where the feature has none. */
export type Cell = string | number | boolean | null;

/** Columns that are the format's own, in lower case, since SQL does not tell `FID` from `fid`. */
const RESERVED = ['id', RECEIPT_PROPERTY, 'geometry', 'geom', 'fid'];

/**
 * Looks at every feature of a collection once.
 * @throws ExportError where two properties would be one column
 */
export async function tableOf(collection: Collection): Promise<Table> {
  const types = new Map<string, ColumnType>();
  const shapes = new Set<Feature['geometry']['type']>();
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  let count = 0;
  for await (const { geometry, properties } of collection.features()) {
    count += 1;
    shapes.add(geometry.type);
    for (const [outer] of polygonsOf(geometry)) {
      for (const [lon, lat] of outer ?? []) {
        box.west = Math.min(box.west, lon);
        box.east = Math.max(box.east, lon);
        box.south = Math.min(box.south, lat);
        box.north = Math.max(box.north, lat);
      }
    }
    for (const [name, value] of Object.entries(properties)) {
      if (value === null) continue;
      const before = types.get(name);
      const type = typeOf(value);
      types.set(name, before === undefined || before === type ? type : 'json');
    }
  }
  const names = [...types.keys()].sort();
  refuseClashes(names);
  return {
    count,
    bbox: count === 0 ? undefined : [box.west, box.south, box.east, box.north],
    columns: [
      { name: 'id', type: 'text' },
      ...names.map((name) => ({ name, type: types.get(name)! })),
      { name: RECEIPT_PROPERTY, type: 'text' },
    ],
    shapes: [...shapes].sort(),
  };
}

/** The row of a feature: a cell for each column. */
export function rowOf(columns: readonly Column[], feature: Feature, receipt: string): Cell[] {
  return columns.map(({ name, type }, index) => {
    if (index === 0) return feature.id;
    if (index === columns.length - 1) return receipt;
    const value = Object.hasOwn(feature.properties, name) ? feature.properties[name]! : null;
    return value === null || type !== 'json' ? (value as Cell) : JSON.stringify(value);
  });
}

function typeOf(value: JsonValue): ColumnType {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'boolean':
      return typeof value as 'number' | 'boolean';
    default:
      return 'json';
  }
}

function refuseClashes(names: readonly string[]): void {
  const seen = new Set(RESERVED);
  for (const name of names) {
    const lower = name.toLowerCase();
    if (name === '' || seen.has(lower)) {
      throw new ExportError(`The property ${JSON.stringify(name)} cannot be a column beside the others.`);
    }
    seen.add(lower);
  }
}
