import type { Collection } from './collection.ts';
import { writeFlatGeobuf } from './flatgeobuf/write.ts';
import { writeGeoParquet } from './geoparquet/write.ts';
import { writeGeoJsonSeq } from './geojson-seq.ts';
import { writeOsmXml } from './osm/write.ts';

/** A format that predictions can be had in beside GeoJSON. */
export interface Format {
  readonly title: string;
  readonly mediaType: string;
  /** Whether its properties are columns, of which no two may have one name. */
  readonly columns: boolean;
  readonly write: (collection: Collection) => AsyncGenerator<string | Uint8Array>;
}

/** Loaded when it is asked for: it needs files, which a browser has not. */
async function* geoPackage(collection: Collection): AsyncGenerator<Uint8Array> {
  const { writeGeoPackage } = await import('./geopackage/write.ts');
  yield* writeGeoPackage(collection);
}

/** Every format by the ending of its files. The same collection gives the same bytes. */
export const FORMATS = {
  geojsons: {
    title: 'GeoJSON text sequence (RFC 8142)',
    mediaType: 'application/geo+json-seq',
    columns: false,
    write: writeGeoJsonSeq,
  },
  fgb: { title: 'FlatGeobuf', mediaType: 'application/vnd.flatgeobuf', columns: true, write: writeFlatGeobuf },
  gpkg: { title: 'GeoPackage', mediaType: 'application/geopackage+sqlite3', columns: true, write: geoPackage },
  parquet: {
    title: 'GeoParquet',
    mediaType: 'application/vnd.apache.parquet',
    columns: true,
    write: writeGeoParquet,
  },
  osm: {
    title: 'OSM XML for JOSM',
    mediaType: 'application/vnd.openstreetmap.data+xml',
    columns: false,
    write: writeOsmXml,
  },
} as const satisfies Record<string, Format>;

/** The ending of a format's files. */
export type FormatName = keyof typeof FORMATS;

/** Every format's ending. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** About this many bytes are handed on at once. */
const CHUNK = 256 * 1024;

/** The bytes of a collection in a format, in pieces that are the reader's own. */
export async function* exported(collection: Collection, format: FormatName): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const utf8 = new TextEncoder();
  let piece = new Uint8Array(CHUNK);
  let filled = 0;
  for await (const part of FORMATS[format].write(collection)) {
    let rest = typeof part === 'string' ? utf8.encode(part) : part;
    while (rest.length > 0) {
      const taken = rest.subarray(0, CHUNK - filled);
      piece.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled < CHUNK) continue;
      yield piece;
      piece = new Uint8Array(CHUNK);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}
