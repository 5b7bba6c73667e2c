import { isFlatGeobuf, readFlatGeobuf } from './flatgeobuf/read.ts';
import { isParquet, readGeoParquet } from './geoparquet/read.ts';
import { isGeoJsonSeq, readGeoJsonSeq } from './geojson-seq-read.ts';
import { isOsmXml, readOsmXml } from './osm/read.ts';
import type { SignedFile } from './signed-file.ts';

/** Whether bytes begin as an SQLite file does, which a GeoPackage is. */
function isSqlite(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 16)) === 'SQLite format 3\0';
}

/**
 * Reads an export of any format, told by its first bytes, for `verifyFeatureCollection`; null where the bytes are none.
 * @throws ExportError where it is one that cannot be read
 */
export async function readExport(bytes: Uint8Array): Promise<SignedFile | null> {
  if (isFlatGeobuf(bytes)) return readFlatGeobuf(bytes);
  if (isParquet(bytes)) return readGeoParquet(bytes);
  if (isSqlite(bytes)) return (await import('./geopackage/read.ts')).readGeoPackage(bytes);
  const text = new TextDecoder().decode(bytes);
  if (isOsmXml(text)) return readOsmXml(text);
  return isGeoJsonSeq(text) ? readGeoJsonSeq(text) : null;
}
