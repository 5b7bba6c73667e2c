import { isFlatGeobuf, readFlatGeobuf } from './flatgeobuf/read.ts';
import { isGeoJsonSeq, readGeoJsonSeq } from './geojson-seq-read.ts';
import type { SignedFile } from './signed-file.ts';

/**
 * Reads an export of any format, told by its first bytes, for `verifyFeatureCollection`; null where the bytes are none.
 * @throws ExportError where it is one that cannot be read
 */
export async function readExport(bytes: Uint8Array): Promise<SignedFile | null> {
  if (isFlatGeobuf(bytes)) return readFlatGeobuf(bytes);
  const text = new TextDecoder().decode(bytes);
  return isGeoJsonSeq(text) ? readGeoJsonSeq(text) : null;
}
