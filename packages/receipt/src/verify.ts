import { isObject, member, parseJson } from './json.ts';
import { RECEIPT_MEMBER } from './receipt.ts';
import { MOST_MEMBERS } from './statement.ts';
import { checkAgreements } from './verify/agreement.ts';
import { type Check, Checks, GET_AGAIN } from './verify/checks.ts';
import { checkFacts, type VerifiedFact } from './verify/facts.ts';
import { checkFeatures } from './verify/features.ts';
import { type OpenedReceipt, openPrediction, openUpstream } from './verify/opened.ts';
import { checkPlainCopy } from './verify/plain-copy.ts';
import { checkKey, checkSignature } from './verify/signatures.ts';
import { checkArrows, followTrail } from './verify/trail.ts';
import { plain } from './words.ts';

export type { Check, VerifiedFact };

/** What a verification found. */
export interface Verification {
  /** Whether every check passed. */
  readonly ok: boolean;
  /** In a stable order: key, signatures, seals, arrows, agreements, plain copy, features. */
  readonly checks: readonly Check[];
  /** What the receipts state: the prediction's facts first, then along the trail. */
  readonly facts: readonly VerifiedFact[];
}

/** How to verify. */
export interface VerifyOptions {
  /** The signer's public key (PEM), from a source that is not the file. Without it nothing can pass. */
  readonly publicKeyPem?: string | undefined;
}

function verifyCollection(checks: Checks, json: unknown, options: VerifyOptions): VerifiedFact[] {
  const collection: unknown = typeof json === 'string' ? parseJson(json) : json;
  const features = isObject(collection) ? member(collection, 'features') : undefined;
  if (!isObject(collection) || member(collection, 'type') !== 'FeatureCollection' || !Array.isArray(features)) {
    checks.add('file', false, 'The file is not a GeoJSON FeatureCollection. Give the file that the prediction wrote.');
    return [];
  }
  const receipt = member(collection, RECEIPT_MEMBER);
  const bundles = isObject(receipt) ? member(receipt, 'upstream') : undefined;
  if (!isObject(receipt)) {
    const words =
      `The file carries no receipt ("${RECEIPT_MEMBER}"), so nothing tells where its features come from. ` +
      'Some programs drop it when they save: get the file again from where it was made.';
    checks.add('receipt', false, words);
    return [];
  }
  if (!Array.isArray(bundles) || bundles.length > MOST_MEMBERS) {
    checks.add('receipt', false, `The receipt does not list what it builds on ("upstream"). ${GET_AGAIN}`);
    return [];
  }
  checks.add('receipt', true, 'The file carries a receipt.');
  const prediction = openPrediction(member(receipt, 'bundle'));
  const upstream = openUpstream(bundles);
  const key = checkKey(checks, options.publicKeyPem, receipt, prediction);
  const all = [prediction, ...upstream];
  const held = new Map(all.map((one) => [one, checkSignature(checks, one, key)]));
  const isVouchedFor = (one: OpenedReceipt): boolean => held.get(one) === true && key?.isGiven === true;
  const facts = all.flatMap((one) => checkFacts(checks, one, isVouchedFor(one)));
  checkArrows(checks, prediction, upstream);
  checkAgreements(checks, followTrail(prediction, upstream));
  checkPlainCopy(checks, receipt, prediction);
  checkFeatures(checks, collection, features as unknown[], prediction, isVouchedFor(prediction));
  return facts;
}

/**
 * Verifies a prediction's GeoJSON (text, or parsed) against its receipt, with nothing but the signer's public key: no
 * server, no network. White space and the order of members and features do not matter; any change of a signed value
 * fails a check whose words name the fact, the feature or the receipt. Never throws: input that cannot be read fails too.
 */
export function verifyFeatureCollection(json: unknown, options: VerifyOptions): Verification {
  const checks = new Checks();
  let facts: VerifiedFact[] = [];
  try {
    facts = verifyCollection(checks, json, options);
  } catch (error) {
    const why = plain(error instanceof Error ? error.message : String(error));
    checks.add('file', false, `The file cannot be read: ${why} ${GET_AGAIN}`);
  }
  return { ok: checks.list.every(({ ok }) => ok), checks: checks.list, facts };
}
