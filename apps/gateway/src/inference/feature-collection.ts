import { RECEIPT_MEMBER, type Licence, type Receipt } from '@cairn/receipt';
import type { BuildingFile } from './building-file.ts';

/** About this many bytes are handed on at once. */
const chunk = 256 * 1024;

/**
 * A prediction's GeoJSON (RFC 7946) as it is kept: one building a line, by id, then whom to name, then the receipt.
 */
export async function* featureCollection(
  buildings: BuildingFile,
  licences: readonly Licence[],
  receipt: Receipt,
): AsyncGenerator<Uint8Array> {
  const bbox = buildings.bbox;
  const head = bbox === undefined ? '' : `"bbox":${JSON.stringify(bbox)},`;
  yield Buffer.from(`{"type":"FeatureCollection",${head}"features":[`);
  let waiting: Buffer[] = [];
  let bytes = 0;
  let first = true;
  for await (const building of buildings.sorted()) {
    waiting.push(Buffer.from(first ? '\n' : ',\n'), building);
    first = false;
    bytes += building.length;
    if (bytes < chunk) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  yield Buffer.concat(waiting);
  const attribution = licences.map((one) => `${one.attribution || one.title} (${one.licence})`).join('; ');
  const members = { attribution, licences, [RECEIPT_MEMBER]: receipt };
  yield Buffer.from(`\n],${JSON.stringify(members).slice(1)}\n`);
}
