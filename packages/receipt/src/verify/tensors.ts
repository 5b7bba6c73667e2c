import { digestOf } from '../digest.ts';
import { isTensorList, type TensorDigest, tensorList } from '../tensor.ts';
import { plain } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { CheckedReceipt } from './receipt.ts';

/** A tensor that a reader holds: its elements as bytes, little-endian and dense, each of BYTES led by its length. */
export interface HeldTensor extends Omit<TensorDigest, 'digest'> {
  readonly bytes: Uint8Array;
}

/** Checks tensors that a reader holds against those that the receipt signs, and names each that differs. */
export function checkTensors(
  checks: Checks,
  name: 'inputTensors' | 'outputTensors',
  held: readonly HeldTensor[],
  { result, isVouchedFor }: CheckedReceipt,
): void {
  const facts = result.statement?.predicate.facts;
  const signed = facts && Object.hasOwn(facts, name) ? facts[name]?.value : undefined;
  const side = name === 'inputTensors' ? 'request' : 'answer';
  if (!isTensorList(signed)) {
    checks.add(`tensors/${side}`, false, `The receipt does not say which tensors the ${side} held. ${GET_AGAIN}`);
    return;
  }
  const found = held.map(({ name, datatype, shape, bytes }) => ({ name, datatype, shape, digest: digestOf(bytes) }));
  const ok = tensorList(found).digest === signed.digest;
  if (ok) {
    const words = isVouchedFor
      ? `The tensors of the ${side} are those that were signed.`
      : `The tensors of the ${side} are those that the receipt names, but nothing vouches for the receipt.`;
    checks.add(`tensors/${side}`, isVouchedFor, words);
    return;
  }
  const differing = [...new Set([...found, ...signed.tensors].map((tensor) => tensor.name))].filter(
    (one) => !isSame(of(found, one), of(signed.tensors, one)),
  );
  const which = differing.length === 0 ? 'they are in another order' : `see ${differing.map(plain).join(', ')}`;
  checks.add(
    `tensors/${side}`,
    false,
    `The tensors of the ${side} are not those that were signed: ${which}. ${GET_AGAIN}`,
  );
}

function of(tensors: readonly TensorDigest[], name: string): TensorDigest[] {
  return tensors.filter((tensor) => tensor.name === name);
}

function isSame(one: readonly TensorDigest[], other: readonly TensorDigest[]): boolean {
  return tensorList(one).digest === tensorList(other).digest;
}
