import type { JsonValue } from '@cairn/receipt';
import type { Feature } from '../collection.ts';
import { ExportError } from '../error.ts';
import type { Provenance } from '../provenance.ts';

/** Keys that tell where an object is from. */
export const SOURCE = {
  source: 'source',
  model: 'source:model',
  receipt: 'source:receipt',
  id: 'source:id',
  /** That several polygons are one feature, which a relation does not tell where it has one outline. */
  shape: 'source:shape',
} as const;

/** What stands before the name of each property. */
export const PREFIX = 'cairn:';

/** The tags of a feature: what it is, where it is from, and its properties. */
export function tagsOf(feature: Feature, { version, receipt }: Provenance): [string, string][] {
  const { id, geometry, properties } = feature;
  const { class: kind = 'building' } = properties;
  return [
    // What a closed way means is told by its tags: without one it would be a line.
    kind === 'building' ? ['building', 'yes'] : ['area', 'yes'],
    [SOURCE.source, `Cairn ${version} (found by a machine, not reviewed)`],
    [SOURCE.model, version],
    [SOURCE.receipt, receipt],
    [SOURCE.id, id],
    ...(geometry.type === 'MultiPolygon' ? [[SOURCE.shape, geometry.type] as [string, string]] : []),
    ...Object.entries(properties).map(([name, value]): [string, string] => [PREFIX + name, tagText(value)]),
  ];
}

/** A value as text: a text as it is unless it would be read as JSON, anything else as JSON. */
export function tagText(value: JsonValue): string {
  if (typeof value === 'string' && !illegal.test(value) && !isJson(value)) return value;
  return jsonText(value);
}

/** JSON of characters that XML has. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\ufffe\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);
}

/** The value of a tag's text. */
export function tagValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/**
 * Text as it stands in an attribute.
 * @throws ExportError for what XML cannot hold
 */
export function attribute(text: string): string {
  if (illegal.test(text)) throw new ExportError(`XML cannot hold the text ${JSON.stringify(text)}.`);
  return text.replaceAll(/[&<>"'\t\n\r\u0085\u2028]/g, (one) => `&#${one.charCodeAt(0)};`);
}

// What XML 1.0 has no character for; JSON has escapes.
// eslint-disable-next-line no-control-regex
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
