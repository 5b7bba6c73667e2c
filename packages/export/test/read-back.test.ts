import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Collection, FORMAT_NAMES, provenanceOf } from '../src/index.ts';
import { normaliseGeometry, RECEIPT_MEMBER } from '@cairn/receipt';
import { bytesOf, prediction } from './prediction.ts';
import { buildings, houses } from './random.ts';
import { readBack, type ReadBack } from './read-back.ts';

const samples = [houses, ...fc.sample(buildings, { numRuns: 12, seed: 5 })].map(prediction);

let found: Record<string, ReadBack>;

beforeAll(async () => {
  const files: Record<string, Uint8Array> = {};
  for (const [at, collection] of samples.entries()) {
    for (const format of FORMAT_NAMES) files[`${at}.${format}`] = await bytesOf(collection, format);
  }
  found = await readBack(files);
});

/** A value as a table tells it: lists, and what shares a column with other types, are JSON; truth is 1. */
function told(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? Number(value) : value;
}

/** GDAL makes several polygons of each outline of OSM: compared as such. */
function several(geometry: unknown): unknown {
  const { type, coordinates } = normaliseGeometry(geometry);
  return type === 'Polygon' ? [coordinates] : coordinates;
}

async function featuresOf(collection: Collection) {
  const all = [];
  for await (const feature of collection.features()) all.push(feature);
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe.each(FORMAT_NAMES)('%s, read by GDAL or geopandas', (format) => {
  test('every building is there with its shape, id, attributes and receipt', async () => {
    for (const [at, collection] of samples.entries()) {
      const { rows, valid, crs } = found[`${at}.${format}`]!;
      const features = await featuresOf(collection);
      const { receipt } = provenanceOf(collection.receipt);
      expect(valid).toBe(true);
      expect(['EPSG:4326', 'OGC:CRS84']).toContain(crs);
      rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
      expect(rows.map(({ id }) => id)).toEqual(features.map(({ id }) => id));
      for (const [i, row] of rows.entries()) {
        const { geometry, properties } = features[i]!;
        expect(row['receipt']).toBe(receipt);
        expect(several(row.geometry)).toEqual(several(geometry));
        for (const name of ['class', 'confidence', 'area_m2', 'flat', 'Étage "2"\'s']) {
          expect(told(row[name] ?? undefined), name).toEqual(told(properties[name]));
        }
      }
    }
  });
});

test('the receipt is in the metadata of the formats that have any', () => {
  const { receipt } = samples[0]!;
  const members = { fgb: RECEIPT_MEMBER, parquet: RECEIPT_MEMBER, gpkg: 'GPKG_METADATA_ITEM_1' };
  for (const [format, member] of Object.entries(members)) {
    expect(JSON.parse(found[`0.${format}`]!.metadata[member]!), format).toEqual(receipt);
  }
});

test('OSM XML says that these are buildings, and which model found them', () => {
  const { rows } = found['0.osm']!;
  expect(rows.map(({ building }) => building)).toEqual(['yes', 'yes']);
  expect(rows[0]!['source:model']).toBe('building-detector/7');
});
