import { CairnError } from '../cairn-error.ts';
import { bytesOfElements, elementsOf, elementSize, type Datatype, type FixedData } from './datatype.ts';

/** An element of a BYTES tensor. As JSON it is a text, in binary the UTF-8 of it, or any bytes. */
export type BytesElement = string | Uint8Array;

/** A tensor in memory, whichever form it came in or goes out in. Elements lie row by row. */
export interface Tensor {
  name: string;
  datatype: Datatype;
  shape: number[];
  parameters?: Record<string, unknown>;
  /** A list where the datatype is BYTES, else the array of that datatype. */
  data: FixedData | BytesElement[];
}

/** More elements than any body may hold; keeps a product of dimensions exact. */
const mostElements = 2 ** 31;

/** More dimensions than any model has; bounds how deep lists in lists are looked into. */
export const mostDimensions = 16;

/**
 * The number of elements of a shape.
 * @throws CairnError `input-invalid`
 */
export function countOf(shape: unknown, where: string): number {
  const isSize = (size: unknown): size is number => Number.isSafeInteger(size) && (size as number) >= 0;
  if (!Array.isArray(shape) || shape.length > mostDimensions || !shape.every(isSize)) {
    throw invalidMember(where, `must be a list of at most ${mostDimensions} sizes`);
  }
  const count = shape.reduce((product: number, size) => product * size, 1);
  if (count > mostElements) throw invalidMember(where, `holds more than ${mostElements} elements`);
  return count;
}

/** Whether a tensor's elements are texts or bytes of any length. */
export function isBytes(tensor: Tensor): tensor is Tensor & { datatype: 'BYTES'; data: BytesElement[] } {
  return Array.isArray(tensor.data);
}

/**
 * The elements of a tensor from its binary form: little-endian and dense; each BYTES element led by its length in 4 bytes.
 * They are views of the bytes wherever those are aligned.
 * @throws CairnError `input-invalid` where there are more or fewer bytes than the shape tells
 */
export function dataOfBytes(datatype: Datatype, count: number, bytes: Uint8Array, where: string): Tensor['data'] {
  if (datatype === 'BYTES') return bytesElements(bytes, count, where);
  const due = count * elementSize(datatype);
  if (bytes.length !== due) throw invalidMember(where, `must be ${due} bytes for this shape, not ${bytes.length}`);
  return elementsOf(datatype, bytes);
}

/** The binary form of a tensor's elements; a view of them where the datatype is not BYTES. */
export function bytesOfTensor(tensor: Tensor): Uint8Array {
  if (!isBytes(tensor)) return bytesOfElements(tensor.data as FixedData);
  const elements = tensor.data.map((element) =>
    typeof element === 'string' ? new TextEncoder().encode(element) : element,
  );
  const bytes = new Uint8Array(elements.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const element of elements) {
    view.setUint32(at, element.length, true);
    bytes.set(element, at + 4);
    at += 4 + element.length;
  }
  return bytes;
}

/** A member of a request that does not fit, with the place of the fault as JSON pointer. */
export function invalidMember(where: string, words: string): CairnError {
  return new CairnError('input-invalid', `${where} ${words}.`, { where });
}

function bytesElements(bytes: Uint8Array, count: number, where: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && elements.length < count) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) break;
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (elements.length === count && at === bytes.length) return elements;
  throw invalidMember(where, `must be ${count} elements, each led by its length in 4 bytes, and no byte more`);
}
