import { RECEIPT_MEMBER, RECEIPT_PROPERTY } from '@cairn/receipt';
import { ByteWriter, geojsonToWkb, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Collection, Feature } from '../collection.ts';
import { type Provenance, provenanceOf } from '../provenance.ts';
import { type Column, type ColumnType, rowOf, type Table, tableOf } from '../table.ts';

/** Rows of a row group: what is in memory at once. */
const GROUP = 20_000;

/** Name of the metadata that lists the columns whose texts are JSON. */
export const JSON_COLUMNS = 'cairn:json-columns';

/** GeoParquet 1.1: WKB in longitude and latitude, a column a property; the file's metadata has the receipt. */
export async function* writeGeoParquet(collection: Collection): AsyncGenerator<Uint8Array> {
  const provenance = provenanceOf(collection.receipt);
  const table = await tableOf(collection);
  const output = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: output,
    schema: schemaOf(table),
    kvMetadata: metadataOf(table, provenance, collection),
    createdBy: 'Cairn',
  });
  const taken = (): Uint8Array => {
    const bytes = output.getBytes().slice();
    output.index = 0;
    return bytes;
  };
  let group: Feature[] = [];
  for await (const feature of collection.features()) {
    if (group.push(feature) < GROUP) continue;
    await writeGroup(parquet, table.columns, group, provenance.receipt);
    yield taken();
    group = [];
  }
  if (group.length > 0) await writeGroup(parquet, table.columns, group, provenance.receipt);
  await parquet.finish();
  yield taken();
}

async function writeGroup(
  parquet: ParquetWriter,
  columns: readonly Column[],
  features: readonly Feature[],
  receipt: string,
): Promise<void> {
  const rows = features.map((feature) => rowOf(columns, feature, receipt));
  await parquet.write({
    columnData: [
      { name: 'geometry', data: features.map(({ geometry }) => geojsonToWkb(geometry)) },
      ...columns.map(({ name }, at) => ({ name, data: rows.map((row) => row[at] ?? null) })),
    ],
    rowGroupSize: features.length,
  });
}

const TYPES: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

function schemaOf({ columns }: Table): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length + 1 },
    { name: 'geometry', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
    ...columns.map(({ name, type }): SchemaElement => ({ name, ...TYPES[type], repetition_type: 'OPTIONAL' })),
  ];
}

function metadataOf(
  { bbox, shapes, columns }: Table,
  { receipt, title, description, attribution, issuedAt }: Provenance,
  collection: Collection,
): { key: string; value: string }[] {
  // A column that names no coordinate system is in OGC:CRS84: longitude, then latitude.
  const geometry = { encoding: 'WKB', geometry_types: shapes, ...(bbox === undefined ? {} : { bbox }) };
  const json = columns.filter(({ type }) => type === 'json').map(({ name }) => name);
  const members = {
    geo: JSON.stringify({ version: '1.1.0', primary_column: 'geometry', columns: { geometry } }),
    title,
    description,
    attribution,
    issuedAt,
    [RECEIPT_PROPERTY]: receipt,
    [RECEIPT_MEMBER]: JSON.stringify(collection.receipt),
    [JSON_COLUMNS]: JSON.stringify(json),
  };
  return Object.entries(members).map(([key, value]) => ({ key, value }));
}
