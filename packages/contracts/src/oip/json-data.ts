import { zeros, type Datatype, type FixedData, type FixedDatatype } from './datatype.ts';
import { invalidMember, isBytes, mostDimensions, type Tensor } from './tensor.ts';

/** Least and greatest value of the whole numbers; those of 64 bits are exact in JSON only up to 2^53. */
const ranges: Partial<Record<FixedDatatype, readonly [number, number]>> = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffffffff],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x80000000, 0x7fffffff],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * The elements of a tensor from JSON: one list of them row by row, or lists in lists as the shape tells.
 * @throws CairnError `input-invalid` where an element is of another type, or their number is not that of the shape
 */
export function dataOfJson(datatype: Datatype, count: number, json: unknown, where: string): Tensor['data'] {
  if (!Array.isArray(json)) throw invalidMember(where, 'must be a list');
  if (datatype === 'FP16' || datatype === 'BF16') {
    throw invalidMember(where, `cannot be ${datatype}, which has no form in JSON: send it as binary data`);
  }
  const elements = (Array.isArray(json[0]) ? json.flat(mostDimensions) : json) as unknown[];
  if (elements.length !== count) {
    throw invalidMember(where, `must hold ${count} elements for this shape, not ${elements.length}`);
  }
  if (datatype === 'BYTES') {
    if (elements.every((element) => typeof element === 'string')) return elements;
    throw invalidMember(where, 'must hold texts');
  }
  return numbersOf(datatype, elements, where);
}

/** A tensor's elements for JSON: one list, row by row; bytes as the text that they are in UTF-8. */
export function dataToJson(tensor: Tensor): unknown[] {
  if (isBytes(tensor)) {
    return tensor.data.map((element) => (typeof element === 'string' ? element : new TextDecoder().decode(element)));
  }
  const data = tensor.data as FixedData;
  if (tensor.datatype === 'BOOL') return Array.from(data as Uint8Array, (value) => value !== 0);
  return Array.from(data as Exclude<FixedData, BigInt64Array | BigUint64Array>, Number);
}

function numbersOf(datatype: FixedDatatype, elements: unknown[], where: string): FixedData {
  const data = zeros(datatype, elements.length);
  const fits = fitting(datatype);
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (const [at, element] of elements.entries()) {
    if (!fits(element)) throw invalidMember(`${where}/${at}`, `must be ${datatype}`);
    if (isWide) data[at] = BigInt(element as number);
    else data[at] = Number(element);
  }
  return data;
}

function fitting(datatype: FixedDatatype): (element: unknown) => boolean {
  if (datatype === 'BOOL') return (element) => typeof element === 'boolean';
  const range = ranges[datatype];
  if (range === undefined) return (element) => typeof element === 'number';
  const [least, most] = range;
  return (element) => Number.isInteger(element) && (element as number) >= least && (element as number) <= most;
}
