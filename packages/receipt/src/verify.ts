import { isObject, member, parseJson } from './json.ts';
import { RECEIPT_MEMBER } from './receipt.ts';
import { type Check, Checks, GET_AGAIN } from './verify/checks.ts';
import type { VerifiedFact } from './verify/facts.ts';
import { checkFeatures } from './verify/features.ts';
import { checkReceipt, type HeldReceipt } from './verify/receipt.ts';
import { checkTensors, type HeldTensor } from './verify/tensors.ts';
import { plain } from './words.ts';

export type { Check, HeldReceipt, VerifiedFact };

/** What a verification found. */
export interface Verification {
  /** Whether every check passed. */
  readonly ok: boolean;
  /** In a stable order: key, signatures, seals, arrows, agreements, plain copy, features or tensors. */
  readonly checks: readonly Check[];
  /** What the receipts state: the result's facts first, then along the trail. */
  readonly facts: readonly VerifiedFact[];
  /** The receipts that the file holds: the result's first, then along the trail. */
  readonly receipts: readonly HeldReceipt[];
}

type Found = Pick<Verification, 'facts' | 'receipts'>;

const nothing: Found = { facts: [], receipts: [] };

/** How to verify. */
export interface VerifyOptions {
  /** The signer's public key (PEM), from a source that is not the file. Without it nothing can pass. */
  readonly publicKeyPem?: string | undefined;
}

function verifyCollection(checks: Checks, json: unknown, options: VerifyOptions): Found {
  const collection: unknown = typeof json === 'string' ? parseJson(json) : json;
  const features = isObject(collection) ? member(collection, 'features') : undefined;
  if (!isObject(collection) || member(collection, 'type') !== 'FeatureCollection' || !Array.isArray(features)) {
    checks.add('file', false, 'The file is not a GeoJSON FeatureCollection. Give the file that the prediction wrote.');
    return nothing;
  }
  const receipt = member(collection, RECEIPT_MEMBER);
  if (!isObject(receipt)) {
    const words =
      `The file carries no receipt ("${RECEIPT_MEMBER}"), so nothing tells where its features come from. ` +
      'Some programs drop it when they save: get the file again from where it was made.';
    checks.add('receipt', false, words);
    return nothing;
  }
  const checked = checkReceipt(checks, receipt, 'prediction', options.publicKeyPem);
  if (checked === null) return nothing;
  checkFeatures(checks, collection, features as unknown[], checked.result, checked.isVouchedFor);
  return checked;
}

/**
 * Verifies a prediction's GeoJSON (text, or parsed) against its receipt, with nothing but the signer's public key: no
 * server, no network. White space and the order of members and features do not matter; any change of a signed value
 * fails a check whose words name the fact, the feature or the receipt. Never throws: input that cannot be read fails too.
 */
export function verifyFeatureCollection(json: unknown, options: VerifyOptions): Verification {
  return verification((checks) => verifyCollection(checks, json, options));
}

/**
 * Verifies what a network answered by the Open Inference Protocol v2 against a receipt (parsed JSON), as
 * {@link verifyFeatureCollection} verifies a prediction; what it was asked too, where the reader holds that.
 */
export function verifyInference(
  held: { receipt: unknown; outputs: readonly HeldTensor[]; inputs?: readonly HeldTensor[] },
  options: VerifyOptions,
): Verification {
  return verification((checks) => {
    if (!isObject(held.receipt)) {
      checks.add('receipt', false, 'There is no receipt to read, so nothing tells where the answer comes from.');
      return nothing;
    }
    const checked = checkReceipt(checks, held.receipt, 'inference', options.publicKeyPem);
    if (checked === null) return nothing;
    checkTensors(checks, 'outputTensors', held.outputs, checked);
    if (held.inputs !== undefined) checkTensors(checks, 'inputTensors', held.inputs, checked);
    return checked;
  });
}

function verification(look: (checks: Checks) => Found): Verification {
  const checks = new Checks();
  let found = nothing;
  try {
    found = look(checks);
  } catch (error) {
    const why = plain(error instanceof Error ? error.message : String(error));
    checks.add('file', false, `The file cannot be read: ${why} ${GET_AGAIN}`);
  }
  return { ok: checks.list.every(({ ok }) => ok), checks: checks.list, facts: found.facts, receipts: found.receipts };
}
