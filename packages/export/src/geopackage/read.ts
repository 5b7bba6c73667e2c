import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wkbToGeojson } from 'hyparquet/src/wkb.js';
import sqlite, { type Database } from 'node-sqlite3-wasm';
import { ExportError } from '../error.ts';
import { featureOf, reading, type SignedFile, signedFile } from '../signed-file.ts';
import type { Cell, Column } from '../table.ts';
import { RECEIPT_URI, TABLE } from './schema.ts';

/**
 * Reads a GeoPackage that was exported, for its verification.
 * @throws ExportError where it is broken, or lacks the table of features that exports have
 */
export function readGeoPackage(bytes: Uint8Array): Promise<SignedFile> {
  return reading('GeoPackage', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-geopackage-'));
    try {
      const path = join(folder, 'read.gpkg');
      await writeFile(path, bytes);
      const database = new sqlite.Database(path, { readOnly: true });
      try {
        return contentOf(database);
      } finally {
        database.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function contentOf(database: Database): SignedFile {
  const columns = columnsOf(database);
  const features = database.all(`SELECT * FROM ${TABLE} ORDER BY fid`).map((row) => {
    const cells = columns.map(({ name, type }): Cell => {
      const cell = (row[name] ?? null) as Cell;
      return type === 'boolean' && cell !== null ? cell !== 0 : cell;
    });
    return featureOf(columns, cells, geometryOf(row['geom']));
  });
  const metadata = database.get('SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?', [RECEIPT_URI]);
  return signedFile(features, metadata?.['metadata'] as string | undefined);
}

function columnsOf(database: Database): Column[] {
  const json = database
    .all(`SELECT column_name FROM gpkg_data_columns WHERE table_name = ? AND mime_type = 'application/json'`, [TABLE])
    .map((row) => row['column_name']);
  return database
    .all('SELECT name, type FROM pragma_table_info(?)', [TABLE])
    .map((row) => ({ name: row['name'] as string, declared: row['type'] }))
    .filter(({ name }) => name !== 'fid' && name !== 'geom')
    .map(({ name, declared }) => ({
      name,
      type: json.includes(name) ? 'json' : declared === 'BOOLEAN' ? 'boolean' : 'text',
    }));
}

function geometryOf(blob: unknown): unknown {
  if (!(blob instanceof Uint8Array)) throw new ExportError('a feature has no geometry.');
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  // Bits 1 to 3 of the flags tell which envelope stands before the WKB.
  const envelope = [0, 32, 48, 48, 64][(view.getUint8(3) >> 1) & 7];
  if (envelope === undefined) throw new ExportError('a geometry has an unknown envelope.');
  return wkbToGeojson({ view, offset: 8 + envelope });
}
