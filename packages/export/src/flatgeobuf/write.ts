import { RECEIPT_MEMBER, RECEIPT_PROPERTY } from '@cairn/receipt';
import { Builder } from 'flatbuffers';
import { type Collection, polygonsOf, type Ring, type Shape } from '../collection.ts';
import { type Provenance, provenanceOf } from '../provenance.ts';
import { type Cell, type Column, rowOf, type Table, tableOf } from '../table.ts';
import { COLUMN, COLUMN_TYPE, CRS, FEATURE, GEOMETRY, GEOMETRY_TYPE, HEADER, MAGIC } from './schema.ts';

const utf8 = new TextEncoder();

/**
 * FlatGeobuf 3 without an index, so that features can be written as they come. Title, description and metadata are in the
 * header; the metadata, which GDAL shows, has the receipt's id and the whole receipt.
 */
export async function* writeFlatGeobuf(collection: Collection): AsyncGenerator<Uint8Array> {
  const provenance = provenanceOf(collection.receipt);
  const table = await tableOf(collection);
  yield MAGIC;
  yield header(table, provenance, collection);
  for await (const feature of collection.features()) {
    const row = rowOf(table.columns, feature, provenance.receipt);
    yield featureBytes(feature.geometry, table.columns, row);
  }
}

function header(table: Table, provenance: Provenance, { receipt }: Collection): Uint8Array {
  const builder = new Builder(1 << 16);
  const metadata = {
    [RECEIPT_PROPERTY]: provenance.receipt,
    attribution: provenance.attribution,
    issuedAt: provenance.issuedAt,
    [RECEIPT_MEMBER]: JSON.stringify(receipt),
  };
  const text = {
    name: builder.createString('buildings'),
    title: builder.createString(provenance.title),
    description: builder.createString(provenance.description),
    metadata: builder.createString(JSON.stringify(metadata)),
  };
  const envelope = table.bbox === undefined ? 0 : doubles(builder, table.bbox);
  const columns = offsets(
    builder,
    table.columns.map((column) => columnTable(builder, column)),
  );
  const crs = crsTable(builder);
  builder.startObject(HEADER.slots);
  builder.addFieldInt64(HEADER.featuresCount, BigInt(table.count), 0n);
  builder.addFieldOffset(HEADER.name, text.name, 0);
  builder.addFieldOffset(HEADER.envelope, envelope, 0);
  builder.addFieldOffset(HEADER.columns, columns, 0);
  builder.addFieldOffset(HEADER.crs, crs, 0);
  builder.addFieldOffset(HEADER.title, text.title, 0);
  builder.addFieldOffset(HEADER.description, text.description, 0);
  builder.addFieldOffset(HEADER.metadata, text.metadata, 0);
  // The schema's default is 16.
  builder.addFieldInt16(HEADER.indexNodeSize, 0, 16);
  builder.addFieldInt8(HEADER.geometryType, shapeType(table), GEOMETRY_TYPE.Unknown);
  builder.finishSizePrefixed(builder.endObject());
  return builder.asUint8Array();
}

function shapeType({ shapes: [first, another] }: Table): number {
  return another === undefined ? GEOMETRY_TYPE[first ?? 'Polygon'] : GEOMETRY_TYPE.Unknown;
}

function columnTable(builder: Builder, { name, type }: Column): number {
  const text = builder.createString(name);
  builder.startObject(COLUMN.slots);
  builder.addFieldOffset(COLUMN.name, text, 0);
  builder.addFieldInt8(COLUMN.type, COLUMN_TYPE[type], 0);
  return builder.endObject();
}

function crsTable(builder: Builder): number {
  const org = builder.createString('EPSG');
  builder.startObject(CRS.slots);
  builder.addFieldOffset(CRS.org, org, 0);
  builder.addFieldInt32(CRS.code, 4326, 0);
  return builder.endObject();
}

function featureBytes(shape: Shape, columns: readonly Column[], row: readonly Cell[]): Uint8Array {
  const builder = new Builder(1024);
  const properties = builder.createByteVector(cells(columns, row));
  const geometry = geometryTable(builder, shape);
  builder.startObject(FEATURE.slots);
  builder.addFieldOffset(FEATURE.geometry, geometry, 0);
  builder.addFieldOffset(FEATURE.properties, properties, 0);
  builder.finishSizePrefixed(builder.endObject());
  return builder.asUint8Array();
}

function geometryTable(builder: Builder, shape: Shape): number {
  if (shape.type === 'Polygon') return polygonTable(builder, shape.coordinates);
  const parts = offsets(
    builder,
    polygonsOf(shape).map((rings) => polygonTable(builder, rings)),
  );
  builder.startObject(GEOMETRY.slots);
  builder.addFieldOffset(GEOMETRY.parts, parts, 0);
  builder.addFieldInt8(GEOMETRY.type, GEOMETRY_TYPE.MultiPolygon, GEOMETRY_TYPE.Unknown);
  return builder.endObject();
}

function polygonTable(builder: Builder, rings: readonly Ring[]): number {
  const xy = doubles(builder, rings.flat(2));
  const ends = rings.length > 1 ? ringEnds(builder, rings) : 0;
  builder.startObject(GEOMETRY.slots);
  builder.addFieldOffset(GEOMETRY.ends, ends, 0);
  builder.addFieldOffset(GEOMETRY.xy, xy, 0);
  builder.addFieldInt8(GEOMETRY.type, GEOMETRY_TYPE.Polygon, GEOMETRY_TYPE.Unknown);
  return builder.endObject();
}

function ringEnds(builder: Builder, rings: readonly Ring[]): number {
  let end = 0;
  const ends = rings.map((ring) => (end += ring.length));
  builder.startVector(4, ends.length, 4);
  for (const value of ends.reverse()) builder.addInt32(value);
  return builder.endVector();
}

function doubles(builder: Builder, values: readonly number[]): number {
  builder.startVector(8, values.length, 8);
  for (let at = values.length - 1; at >= 0; at--) builder.addFloat64(values[at]!);
  return builder.endVector();
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (let at = values.length - 1; at >= 0; at--) builder.addOffset(values[at]!);
  return builder.endVector();
}

/** The cells that are not null, each behind the number of its column. */
function cells(columns: readonly Column[], row: readonly Cell[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [index, cell] of row.entries()) {
    if (cell === null) continue;
    const bytes = columns[index]!.type === 'number' ? 8 : columns[index]!.type === 'boolean' ? 1 : 4;
    const text = typeof cell === 'string' ? utf8.encode(cell) : undefined;
    const piece = new Uint8Array(2 + bytes + (text?.length ?? 0));
    const view = new DataView(piece.buffer);
    view.setUint16(0, index, true);
    if (text !== undefined) {
      view.setUint32(2, text.length, true);
      piece.set(text, 6);
    } else if (typeof cell === 'number') view.setFloat64(2, cell, true);
    else view.setUint8(2, cell ? 1 : 0);
    pieces.push(piece);
  }
  return joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
