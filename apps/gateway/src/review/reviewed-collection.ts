import type { ReviewFigures } from '@cairn/contracts';
import { measure, ringsOfCoordinates } from '@cairn/geo';
import { RECEIPT_MEMBER } from '@cairn/receipt';
import type { Readable } from 'node:stream';
import { featureLines } from './feature-lines.ts';
import type { ReviewRow } from './review-row.ts';

/**
 * A prediction's GeoJSON as its review leaves it: without what was rejected, with the outlines that were fixed, and with
 * `review` and `reviewed_by` among the properties of what was looked at. No receipt says this of it, so it carries none, and
 * names the prediction whose receipt does.
 */
export async function* reviewedCollection(
  geojson: Readable,
  prediction: string,
  reviews: ReadonlyMap<string, ReviewRow>,
  figures: ReviewFigures,
): AsyncGenerator<string> {
  yield '{"type":"FeatureCollection","features":[';
  let before = '\n';
  for await (const line of featureLines(geojson)) {
    if ('end' in line) {
      const members = JSON.parse(`{${line.end.slice(2)}`) as Record<string, unknown>;
      // JSON leaves out what is undefined.
      const kept = { ...members, [RECEIPT_MEMBER]: undefined, prediction, review: figures };
      yield `\n],${JSON.stringify(kept).slice(1)}\n`;
      return;
    }
    const review = reviews.get(line.id);
    if (review?.verdict === 'rejected') continue;
    yield before + (review === undefined ? line.json : JSON.stringify(withReview(line.json, review)));
    before = ',\n';
  }
}

function withReview(json: string, { verdict, geometry, actor }: ReviewRow): object {
  const feature = JSON.parse(json) as { geometry: object; properties: Record<string, unknown> };
  const properties = { ...feature.properties, review: verdict, reviewed_by: actor };
  if (geometry === null) return { ...feature, properties };
  const area = Math.round(100 * measure(ringsOfCoordinates(geometry.coordinates)).area) / 100;
  return { ...feature, geometry, properties: { ...properties, area_m2: area } };
}
