import { type JsonValue, RECEIPT_PROPERTY } from '@cairn/receipt';
import type { Collection, Feature, Shape } from './collection.ts';
import { ExportError } from './error.ts';
import { type Extent, extentOfShape, union } from './extent.ts';

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
  /** Undefined where there are no features. */
  readonly bbox: Extent | undefined;
  /** `id`, the properties by name, `receipt`. */
  readonly columns: readonly Column[];
  /** The types of shape that occur, sorted. */
  readonly shapes: readonly Shape['type'][];
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
  const shapes = new Set<Shape['type']>();
  let extent: Extent | undefined;
  let count = 0;
  for await (const { geometry, properties } of collection.features()) {
    count += 1;
    shapes.add(geometry.type);
    extent = union(extent, extentOfShape(geometry));
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
    bbox: extent,
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
