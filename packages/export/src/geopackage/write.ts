import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { geojsonToWkb } from 'hyparquet-writer';
import sqlite, { type Database } from 'node-sqlite3-wasm';
import type { Collection, Shape } from '../collection.ts';
import { type Provenance, provenanceOf } from '../provenance.ts';
import { extentOfShape } from '../extent.ts';
import { rowOf, type Table, tableOf } from '../table.ts';
import { COLUMN_TYPE, quoted, RECEIPT_URI, TABLE, TABLES } from './schema.ts';

/** Rows between which other work of the thread gets its turn. */
const BATCH = 1000;

/**
 * GeoPackage 1.4: a table of features, the receipt as JSON in the metadata. It is built in a temporary file, since SQLite
 * writes where it likes, and read from there.
 */
export async function* writeGeoPackage(collection: Collection): AsyncGenerator<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-geopackage-'));
  try {
    const path = join(folder, 'export.gpkg');
    await fill(path, collection);
    for await (const bytes of createReadStream(path)) yield bytes as Uint8Array;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(path: string, collection: Collection): Promise<void> {
  const provenance = provenanceOf(collection.receipt);
  const table = await tableOf(collection);
  const database = new sqlite.Database(path);
  try {
    // Nobody else reads the file, and one that was left half is thrown away.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    database.exec(TABLES);
    describe(database, table, provenance, collection);
    await insert(database, table, provenance.receipt, collection);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

function describe(
  database: Database,
  { columns, bbox, shapes }: Table,
  { title, description, attribution, issuedAt }: Provenance,
  { receipt }: Collection,
): void {
  const at = new Date(issuedAt).toISOString();
  const declared = columns.map(({ name, type }) => `${quoted(name)} ${COLUMN_TYPE[type]}`).join(', ');
  const shape = (shapes.length > 1 ? 'GEOMETRY' : (shapes[0] ?? 'POLYGON')).toUpperCase();
  database.exec(`CREATE TABLE ${TABLE} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom ${shape}, ${declared})`);
  const words = `${description} ${attribution}`.trim();
  database.run('INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 4326)', [
    TABLE,
    'features',
    title,
    words,
    at,
    ...(bbox ?? [null, null, null, null]),
  ]);
  database.run('INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)', [TABLE, 'geom', shape]);
  for (const { name } of columns.filter(({ type }) => type === 'json')) {
    const values = [TABLE, name, name, 'application/json'];
    database.run('INSERT INTO gpkg_data_columns VALUES (?, ?, ?, NULL, NULL, ?, NULL)', values);
  }
  database.run('INSERT INTO gpkg_metadata VALUES (1, ?, ?, ?, ?)', [
    'dataset',
    RECEIPT_URI,
    'application/json',
    JSON.stringify(receipt),
  ]);
  database.run('INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, 1, NULL)', ['table', TABLE, at]);
}

async function insert(database: Database, { columns }: Table, receipt: string, collection: Collection): Promise<void> {
  const statement = database.prepare(`INSERT INTO ${TABLE} VALUES (NULL, ?${', ?'.repeat(columns.length)})`);
  try {
    let count = 0;
    for await (const feature of collection.features()) {
      statement.run([blob(feature.geometry), ...rowOf(columns, feature, receipt)]);
      if (++count % BATCH === 0) await new Promise(setImmediate);
    }
  } finally {
    statement.finalize();
  }
}

/** A GeoPackage's geometry: a header with the envelope, then WKB; little-endian. */
function blob(shape: Shape): Uint8Array {
  const wkb = geojsonToWkb(shape);
  const bytes = new Uint8Array(40 + wkb.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, 0x03]);
  view.setInt32(4, 4326, true);
  const [west, south, east, north] = extentOfShape(shape);
  for (const [i, value] of [west, east, south, north].entries()) view.setFloat64(8 + 8 * i, value, true);
  bytes.set(wkb, 40);
  return bytes;
}
