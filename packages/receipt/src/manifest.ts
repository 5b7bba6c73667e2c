import { canonicalJson } from './canonical.ts';
import { type Digest, digestOf, sha256Hex } from './digest.ts';
import { ReceiptError } from './error.ts';
import { normaliseGeometry } from './geometry.ts';
import { isObject, member } from './json.ts';

const ID_DIGITS = 20;

/** Name of the property by which a feature of an export names the receipt it falls under: the digest of its payload. */
export const RECEIPT_PROPERTY = 'receipt';

/** What a feature says of itself and its file, not of what was found: left out of the manifest, and checked beside it. */
const UNSIGNED: readonly string[] = ['id', RECEIPT_PROPERTY];

function signedProperties(properties: unknown): Record<string, unknown> {
  if (properties === null || properties === undefined) return {};
  if (!isObject(properties)) throw new ReceiptError('The properties are not a JSON object.');
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !UNSIGNED.includes(name)));
}

/**
 * A feature's line in the manifest: SHA-256 (64 hexadecimal digits) of the RFC 8785 JSON of its normalised geometry and
 * of all its properties but `id` and `receipt`. Throws ReceiptError, with the path, for what cannot be signed (see
 * `normaliseGeometry` and `canonicalJson`).
 */
export function manifestLine(feature: unknown): string {
  if (!isObject(feature) || member(feature, 'type') !== 'Feature') throw new ReceiptError('Not a GeoJSON Feature.');
  return sha256Hex(
    canonicalJson({
      geometry: normaliseGeometry(member(feature, 'geometry')),
      properties: signedProperties(member(feature, 'properties')),
    }),
  );
}

/** The id that belongs to a manifest line: its first 20 digits. */
export function idOfLine(line: string): string {
  return line.slice(0, ID_DIGITS);
}

/** A feature's id: it depends on the content alone, so a feature that was changed no longer fits its id. Throws as `manifestLine`. */
export function featureId(feature: unknown): string {
  return idOfLine(manifestLine(feature));
}

/**
 * The manifest of many features, built one by one as they stream; it keeps a line for each, not the feature. Its text is
 * the lines in sorted order, each ended by a newline, and empty where there are no features.
 */
export class Manifest {
  readonly #lines: string[] = [];

  /** Takes a feature and gives its id. Throws as `manifestLine`. */
  add(feature: unknown): string {
    const line = manifestLine(feature);
    this.#lines.push(line);
    return idOfLine(line);
  }

  /** How many features were taken. */
  get count(): number {
    return this.#lines.length;
  }

  /** The manifest's text: what a prediction's receipt has as its subject. */
  text(): string {
    return [...this.#lines]
      .sort()
      .map((line) => `${line}\n`)
      .join('');
  }

  /** The digest of the text: independent of the order of features. */
  digest(): Digest {
    return digestOf(this.text());
  }
}
