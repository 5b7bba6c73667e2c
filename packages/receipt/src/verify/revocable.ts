import { type Digest, isDigest } from '../digest.ts';
import { isObject, member } from '../json.ts';
import type { VerifiedFact } from './facts.ts';
import type { HeldReceipt } from './receipt.ts';

/** The most digests that are asked about at once. */
const MOST_ASKED = 20;

/**
 * The digests by which a server can be asked whether something that a result came from was taken back since: the result's
 * receipt, weights, packages and data. At most 20.
 */
export function revocableDigests(found: {
  readonly receipts: readonly HeldReceipt[];
  readonly facts: readonly VerifiedFact[];
}): Digest[] {
  const result = found.receipts[0]?.digest;
  const grounds = found.facts.flatMap(({ name, value }) => groundOf(name, value));
  return [...new Set([...(isDigest(result) ? [result] : []), ...grounds])].slice(0, MOST_ASKED);
}

function groundOf(name: string, value: unknown): Digest[] {
  const digest = name === 'datasetDigest' && isObject(value) ? member(value, 'digest') : value;
  return ['weightsDigest', 'packageDigest', 'datasetDigest'].includes(name) && isDigest(digest) ? [digest] : [];
}
