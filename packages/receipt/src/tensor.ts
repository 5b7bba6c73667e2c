import { canonicalJson } from './canonical.ts';
import { type Digest, digestOf, isDigest } from './digest.ts';
import { isObject, member } from './json.ts';

/** A tensor as a receipt names it: its elements, little-endian and dense, by their SHA-256. */
export interface TensorDigest {
  readonly name: string;
  /** As the Open Inference Protocol v2 spells it. */
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly digest: Digest;
}

/** Tensors of a request or an answer, and the digest of the list. */
export interface TensorList {
  /** SHA-256 of the RFC 8785 JSON of `tensors`. */
  readonly digest: Digest;
  readonly tensors: readonly TensorDigest[];
}

/** Tensors as a receipt names them, in their order. The form in which they travelled plays no part. */
export function tensorList(tensors: readonly TensorDigest[]): TensorList {
  return { digest: digestOf(canonicalJson(tensors)), tensors };
}

/** Whether a value is a list of tensors with its own digest. */
export function isTensorList(value: unknown): value is TensorList {
  const tensors = isObject(value) ? member(value, 'tensors') : undefined;
  if (!Array.isArray(tensors) || tensors.length === 0 || !tensors.every(isTensorDigest)) return false;
  return member(value as Record<string, unknown>, 'digest') === tensorList(tensors).digest;
}

function isTensorDigest(value: unknown): value is TensorDigest {
  if (!isObject(value)) return false;
  const [name, datatype, shape] = [member(value, 'name'), member(value, 'datatype'), member(value, 'shape')];
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  return (
    typeof name === 'string' &&
    typeof datatype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isSize) &&
    isDigest(member(value, 'digest'))
  );
}
