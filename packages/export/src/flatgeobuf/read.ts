import { type JsonObject, parseJson, RECEIPT_MEMBER } from '@cairn/receipt';
import type { Ring, Shape } from '../collection.ts';
import { ExportError } from '../error.ts';
import { featureOf, reading, type SignedFile, signedFile } from '../signed-file.ts';
import type { Cell, Column, ColumnType } from '../table.ts';
import { COLUMN, COLUMN_TYPE, FEATURE, GEOMETRY, GEOMETRY_TYPE, HEADER, MAGIC } from './schema.ts';
import { FlatTable } from './tables.ts';

/** Whether bytes begin as a FlatGeobuf does. */
export function isFlatGeobuf(bytes: Uint8Array): boolean {
  // The last byte is the patch of the version.
  return MAGIC.subarray(0, 7).every((byte, at) => bytes[at] === byte);
}

/**
 * Reads a FlatGeobuf that was exported, for its verification.
 * @throws ExportError where it is broken, or of a kind that Cairn does not write
 */
export function readFlatGeobuf(bytes: Uint8Array): Promise<SignedFile> {
  return reading('FlatGeobuf', () => {
    let at = MAGIC.length;
    const next = (): FlatTable => {
      const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
      const start = at + 4;
      at = start + size;
      if (at > bytes.length) throw new ExportError('it ends in the middle of a feature.');
      return FlatTable.root(bytes.subarray(start, at));
    };
    const header = next();
    if (header.uint16(HEADER.indexNodeSize, 16) !== 0) throw new ExportError('it has an index, as exports have not.');
    const columns = header.tables(HEADER.columns).map(columnOf);
    const shapeType = header.uint8(HEADER.geometryType, GEOMETRY_TYPE.Unknown);
    const features: unknown[] = [];
    while (at < bytes.length) {
      const feature = next();
      const row = rowFrom(feature.bytes(FEATURE.properties), columns);
      const shape = feature.table(FEATURE.geometry);
      features.push(featureOf(columns, row, shape === null ? null : shapeOf(shape, shapeType)));
    }
    const metadata = parseJson(header.text(HEADER.metadata) ?? '{}') as JsonObject;
    return signedFile(features, metadata[RECEIPT_MEMBER] as string | undefined);
  });
}

function columnOf(table: FlatTable): Column {
  const code = table.uint8(COLUMN.type, 0);
  const type = (Object.keys(COLUMN_TYPE) as ColumnType[]).find((one) => COLUMN_TYPE[one] === code);
  const name = table.text(COLUMN.name) ?? '';
  if (type === undefined) throw new ExportError(`its column ${JSON.stringify(name)} is of no type that exports have.`);
  return { name, type };
}

function rowFrom(bytes: Uint8Array, columns: readonly Column[]): Cell[] {
  const row = columns.map((): Cell => null);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const index = view.getUint16(at, true);
    const column = columns[index];
    if (column === undefined) throw new ExportError('a feature has a column that the header does not name.');
    at += 2;
    if (column.type === 'number') {
      row[index] = view.getFloat64(at, true);
      at += 8;
    } else if (column.type === 'boolean') {
      row[index] = view.getUint8(at) !== 0;
      at += 1;
    } else {
      const length = view.getUint32(at, true);
      if (at + 4 + length > bytes.length) throw new ExportError('a text reaches beyond its feature.');
      row[index] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
  }
  return row;
}

function shapeOf(table: FlatTable, typeOfAll: number): Shape {
  const type = typeOfAll === GEOMETRY_TYPE.Unknown ? table.uint8(GEOMETRY.type, GEOMETRY_TYPE.Unknown) : typeOfAll;
  if (type === GEOMETRY_TYPE.Polygon) return { type: 'Polygon', coordinates: ringsOf(table) };
  if (type !== GEOMETRY_TYPE.MultiPolygon) throw new ExportError('a feature is no polygon.');
  return { type: 'MultiPolygon', coordinates: table.tables(GEOMETRY.parts).map(ringsOf) };
}

function ringsOf(table: FlatTable): Ring[] {
  const xy = table.doubles(GEOMETRY.xy);
  const ends = table.uint32s(GEOMETRY.ends);
  let start = 0;
  return (ends.length === 0 ? [xy.length / 2] : ends).map((end) => {
    const ring: Ring = [];
    for (; start < Math.min(end, xy.length / 2); start++) ring.push([xy[2 * start]!, xy[2 * start + 1]!]);
    return ring;
  });
}
