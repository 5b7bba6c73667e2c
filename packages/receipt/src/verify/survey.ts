import { isObject, member } from '../json.ts';
import { Manifest, RECEIPT_PROPERTY } from '../manifest.ts';
import { RECEIPT_MEMBER } from '../receipt.ts';
import { plain } from '../words.ts';

/** How many of many are named. */
export const SHOWN = 5;

/** The first few of many, and how many there are. */
export class Named {
  readonly #shown: string[] = [];
  count = 0;

  add(words: string): void {
    this.count++;
    if (this.#shown.length < SHOWN) this.#shown.push(words);
  }

  toString(): string {
    const more = this.count - this.#shown.length;
    return this.#shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
  }
}

const CRS84 = [
  'urn:ogc:def:crs:OGC:1.3:CRS84',
  'urn:ogc:def:crs:OGC::CRS84',
  'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
];

/** RFC 7946 knows no `crs`, but programs that do would move every feature: only the one that changes nothing may stand. */
function isHarmlessCrs(crs: unknown): boolean {
  if (crs === undefined || crs === null) return true;
  const properties = isObject(crs) && Object.keys(crs).length === 2 ? member(crs, 'properties') : undefined;
  const name = isObject(properties) ? member(properties, 'name') : undefined;
  return typeof name === 'string' && CRS84.includes(name);
}

function idsOf(feature: unknown): unknown[] {
  if (!isObject(feature)) return [];
  const properties = member(feature, 'properties');
  return [member(feature, 'id'), isObject(properties) ? member(properties, 'id') : undefined].filter(
    (id) => id !== undefined,
  );
}

/** Whether a feature names another receipt than the file's. */
function isStray(feature: unknown, receipt: string | null): boolean {
  const properties = isObject(feature) ? member(feature, 'properties') : undefined;
  return (
    isObject(properties) &&
    Object.hasOwn(properties, RECEIPT_PROPERTY) &&
    member(properties, RECEIPT_PROPERTY) !== receipt
  );
}

function nameOf(index: number, feature: unknown): string {
  const [id] = idsOf(feature);
  const words =
    typeof id === 'string' || typeof id === 'number' ? ` (id ${plain(String(id).slice(0, 40))})` : ' (no id)';
  return `number ${index + 1}${words}`;
}

/** What a look at every feature found. */
export interface Survey {
  /** The manifest of the features that could be read. */
  readonly manifest: Manifest;
  /** Features that do not fit their id, or cannot be read. */
  readonly changed: Named;
  readonly repeated: Named;
  /** Features with a coordinate system of their own. */
  readonly moved: Named;
  /** Features that name another receipt than the file's. */
  readonly strays: Named;
  /** Whether the collection names a coordinate system that would move the features. */
  readonly isMoved: boolean;
  /** Members that the receipt does not cover. */
  readonly unsigned: Set<string>;
}

function noteUnsigned(survey: Survey, value: unknown, level: string, signed: readonly string[]): void {
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    if (!signed.includes(name) && survey.unsigned.size < 100) survey.unsigned.add(`${level} "${plain(name)}"`);
  }
}

/**
 * Looks at every feature of a collection once, with nothing but the file.
 * @param receipt the digest of the payload of the file's receipt
 */
export function surveyFeatures(
  collection: Record<string, unknown>,
  features: readonly unknown[],
  receipt: string | null,
): Survey {
  const survey: Survey = {
    manifest: new Manifest(),
    changed: new Named(),
    repeated: new Named(),
    moved: new Named(),
    strays: new Named(),
    isMoved: !isHarmlessCrs(member(collection, 'crs')),
    unsigned: new Set(),
  };
  noteUnsigned(survey, collection, 'collection', ['type', 'features', RECEIPT_MEMBER]);
  const hasIds = features.some((feature) => idsOf(feature).length > 0);
  const seen = new Set<string>();
  for (const [index, feature] of features.entries()) {
    const geometry = isObject(feature) ? member(feature, 'geometry') : undefined;
    noteUnsigned(survey, feature, 'feature', ['type', 'id', 'geometry', 'properties']);
    noteUnsigned(survey, geometry, 'geometry', ['type', 'coordinates']);
    if ([feature, geometry].some((one) => isObject(one) && Object.hasOwn(one, 'crs'))) {
      survey.moved.add(nameOf(index, feature));
    }
    if (isStray(feature, receipt)) survey.strays.add(nameOf(index, feature));
    try {
      const id = survey.manifest.add(feature);
      const given = idsOf(feature);
      if (given.some((one) => one !== id) || (hasIds && given.length === 0)) {
        survey.changed.add(nameOf(index, feature));
      } else if (seen.has(id)) survey.repeated.add(nameOf(index, feature));
      seen.add(id);
    } catch (error) {
      const why = plain(error instanceof Error ? error.message : String(error));
      survey.changed.add(`${nameOf(index, feature)}: ${why}`);
    }
  }
  return survey;
}
