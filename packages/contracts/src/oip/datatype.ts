/** The array that holds the elements of a datatype. BOOL is a byte, 0 or 1; 16 bit floats are held as their bits. */
const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

/** A datatype of the Open Inference Protocol v2 whose elements all have one size. */
export type FixedDatatype = keyof typeof arrays;

/** A datatype of the Open Inference Protocol v2. */
export type Datatype = FixedDatatype | 'BYTES';

/** The elements of a tensor of a {@link FixedDatatype}, row by row. */
export type FixedData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Whether a text names a datatype. */
export function isDatatype(text: unknown): text is Datatype {
  return text === 'BYTES' || (typeof text === 'string' && Object.hasOwn(arrays, text));
}

/** Size of one element in bytes. */
export function elementSize(datatype: FixedDatatype): number {
  return arrays[datatype].BYTES_PER_ELEMENT;
}

/** As many elements, all zero. */
export function zeros(datatype: FixedDatatype, count: number): FixedData {
  return new arrays[datatype](count);
}

/**
 * Little-endian bytes as elements, in place where they lie at a multiple of the element's size, else copied. (So is every
 * machine that Node and browsers run on today.)
 * @param bytes a whole number of elements
 */
export function elementsOf(datatype: FixedDatatype, bytes: Uint8Array): FixedData {
  const size = elementSize(datatype);
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new arrays[datatype](buffer as ArrayBuffer, byteOffset, byteLength / size);
}

/** Elements as little-endian bytes, in place. */
export function bytesOfElements(data: FixedData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
