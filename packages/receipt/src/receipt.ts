import { type Bundle, openBundle } from './bundle.ts';
import { ReceiptError } from './error.ts';
import { isObject, type JsonObject, member, parseJson } from './json.ts';
import { Manifest } from './manifest.ts';
import { readStatement } from './statement.ts';

/** Name of the foreign member (RFC 7946, section 6.1) by which a GeoJSON carries its receipt. */
export const RECEIPT_MEMBER = 'cairn:receipt';

/** What a GeoJSON carries as its receipt. */
export interface Receipt {
  /** The prediction's signed statement. */
  readonly bundle: Bundle;
  /** The signed statements that it builds on, directly or not. */
  readonly upstream: readonly Bundle[];
  /** The signer's public key, PEM: a convenience, never trusted by itself. */
  readonly key: string;
  /** The prediction's facts in plain sight, name to value; not signed, but `verify` compares them with the signed ones. */
  readonly facts: JsonObject;
}

/** Puts a receipt together. Throws ReceiptError where the bundle does not hold a statement of Cairn's. */
export function makeReceipt(bundle: Bundle, upstream: readonly Bundle[], publicKeyPem: string): Receipt {
  const { facts } = readStatement(openBundle(bundle).payload).predicate;
  const inPlainSight = Object.fromEntries(
    Object.entries(facts).map(([name, { value }]) => [name, value]),
  ) as JsonObject;
  return { bundle, upstream, key: publicKeyPem, facts: inPlainSight };
}

/** A feature collection with its receipt as a foreign member; the collection itself is left as it is. */
export function attach<T extends object>(collection: T, receipt: Receipt): T & { [RECEIPT_MEMBER]: Receipt } {
  return { ...collection, [RECEIPT_MEMBER]: receipt };
}

/** The parts of a file's receipt that other programs can read. */
export interface ExtractedReceipt {
  /** The manifest of the features in the file: what the prediction's statement has as its subject. */
  readonly manifest: string;
  /** The prediction's Sigstore bundle, as it stands in the file. */
  readonly bundle: JsonObject;
  /** The Sigstore bundles that it builds on, as they stand in the file. */
  readonly upstream: JsonObject[];
}

/**
 * Takes the receipt out of a GeoJSON (text or parsed); checks nothing of it but its form. Throws ReceiptError where the
 * file is no feature collection, carries no receipt, or holds a feature that no manifest can name.
 */
export function extract(json: unknown): ExtractedReceipt {
  const collection: unknown = typeof json === 'string' ? parseJson(json) : json;
  if (!isObject(collection)) throw new ReceiptError('The file is not a GeoJSON FeatureCollection.');
  const features = member(collection, 'features');
  if (!Array.isArray(features)) throw new ReceiptError('The file is not a GeoJSON FeatureCollection: no features.');
  const receipt = member(collection, RECEIPT_MEMBER);
  if (!isObject(receipt)) {
    throw new ReceiptError(`The file carries no receipt ("${RECEIPT_MEMBER}"): get it again from where it was made.`);
  }
  const bundle = member(receipt, 'bundle');
  const upstream = member(receipt, 'upstream');
  if (!isObject(bundle) || !Array.isArray(upstream) || !upstream.every(isObject)) {
    throw new ReceiptError("The file's receipt does not hold a bundle and a list of upstream bundles.");
  }
  const manifest = new Manifest();
  for (const [index, feature] of features.entries()) {
    try {
      manifest.add(feature);
    } catch (error) {
      throw new ReceiptError(`Feature ${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { manifest: manifest.text(), bundle: bundle as JsonObject, upstream: upstream as JsonObject[] };
}
