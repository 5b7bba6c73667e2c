import { parseJson, RECEIPT_MEMBER } from '@cairn/receipt';
import { RECORD_SEPARATOR } from './geojson-seq.ts';
import { reading, type SignedFile } from './signed-file.ts';

/** Whether text is several GeoJSON texts: after record separators (RFC 8142), or one a line. */
export function isGeoJsonSeq(text: string): boolean {
  if (text.startsWith(RECORD_SEPARATOR)) return true;
  const [first = ''] = text.split('\n', 1);
  return /^\s*\{\s*"type"\s*:\s*"Feature"/.test(first) && first.trimEnd().endsWith('}');
}

/**
 * Reads a sequence that was exported, for its verification; also where a program has dropped the record separators.
 * @throws ExportError where a record is not JSON
 */
export function readGeoJsonSeq(text: string): Promise<SignedFile> {
  return reading('GeoJSON text sequence', () => {
    const file: SignedFile = { type: 'FeatureCollection', features: [] };
    for (const record of text.split(text.startsWith(RECORD_SEPARATOR) ? RECORD_SEPARATOR : '\n')) {
      if (record.trim() === '') continue;
      const { [RECEIPT_MEMBER]: receipt, ...feature } = parseJson(record) as Record<string, unknown>;
      if (receipt !== undefined) file[RECEIPT_MEMBER] = receipt;
      if (feature['type'] !== 'FeatureCollection') file.features.push(feature);
    }
    return file;
  });
}
