import { RECEIPT_MEMBER, RECEIPT_PROPERTY } from '@cairn/receipt';
import type { Collection } from './collection.ts';
import { provenanceOf } from './provenance.ts';

/** The record separator that begins each record (RFC 8142). */
export const RECORD_SEPARATOR = '\u001e';

/**
 * GeoJSON text sequence (RFC 8142): a record a feature. The first also carries the whole receipt, as a foreign member that
 * other programs pass over; where there is no feature, an empty collection carries it.
 */
export async function* writeGeoJsonSeq(collection: Collection): AsyncGenerator<string> {
  const { receipt } = collection;
  const id = provenanceOf(receipt).receipt;
  let carried: object = { [RECEIPT_MEMBER]: receipt };
  let any = false;
  for await (const feature of collection.features()) {
    const properties = { ...feature.properties, [RECEIPT_PROPERTY]: id };
    yield record({ ...feature, properties, ...carried });
    carried = {};
    any = true;
  }
  if (!any) yield record({ type: 'FeatureCollection', features: [], ...carried });
}

function record(value: object): string {
  return `${RECORD_SEPARATOR}${JSON.stringify(value)}\n`;
}
