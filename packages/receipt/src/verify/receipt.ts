import type { Digest } from '../digest.ts';
import { member } from '../json.ts';
import type { Kind } from '../kind.ts';
import { MOST_MEMBERS } from '../statement.ts';
import { checkAgreements } from './agreement.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import { checkFacts, type VerifiedFact } from './facts.ts';
import { type OpenedReceipt, openResult, openUpstream, type ResultKind } from './opened.ts';
import { checkPlainCopy } from './plain-copy.ts';
import { checkKey, checkSignature } from './signatures.ts';
import { checkArrows, followTrail } from './trail.ts';

/** A receipt that a file holds, by which it can be asked for where it was issued. */
export interface HeldReceipt {
  /** As facts name it, such as `prediction`. */
  readonly label: string;
  readonly kind: Kind | null;
  /** SHA-256 of its payload; null where there is none to read. */
  readonly digest: Digest | null;
  /** Whether its signature holds under the key that the reader gave. */
  readonly ok: boolean;
}

/** A result's receipt after it was checked. */
export interface CheckedReceipt {
  readonly facts: VerifiedFact[];
  /** The result's own first, then along the trail. */
  readonly receipts: HeldReceipt[];
  readonly result: OpenedReceipt;
  /** Whether its signature holds under the key that the reader gave. */
  readonly isVouchedFor: boolean;
}

/**
 * Checks a result's receipt and those it builds on: key, signatures, seals, arrows, agreements, plain copy. Null where it
 * is none.
 */
export function checkReceipt(
  checks: Checks,
  receipt: Record<string, unknown>,
  kind: ResultKind,
  publicKeyPem: string | undefined,
): CheckedReceipt | null {
  const bundles = member(receipt, 'upstream');
  if (!Array.isArray(bundles) || bundles.length > MOST_MEMBERS) {
    checks.add('receipt', false, `The receipt does not list what it builds on ("upstream"). ${GET_AGAIN}`);
    return null;
  }
  checks.add('receipt', true, 'The file carries a receipt.');
  const result = openResult(member(receipt, 'bundle'), kind);
  const upstream = openUpstream(bundles);
  const key = checkKey(checks, publicKeyPem, receipt, result);
  const all = [result, ...upstream];
  const held = new Map(all.map((one) => [one, checkSignature(checks, one, key)]));
  const isVouchedFor = (one: OpenedReceipt): boolean => held.get(one) === true && key?.isGiven === true;
  const facts = all.flatMap((one) => checkFacts(checks, one, isVouchedFor(one)));
  const receipts = all.map((one) => ({
    label: one.label,
    kind: one.kind,
    digest: one.payloadDigest,
    ok: isVouchedFor(one),
  }));
  checkArrows(checks, result, upstream);
  checkAgreements(checks, followTrail(result, upstream));
  checkPlainCopy(checks, receipt, result);
  return { facts, receipts, result, isVouchedFor: isVouchedFor(result) };
}
