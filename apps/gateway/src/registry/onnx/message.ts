/** One field of a Protocol Buffers message: a number, or bytes. */
export interface Field {
  number: number;
  value: number | Uint8Array;
}

/**
 * The fields of a message, one level of it: what nests is bytes, to be read in its turn.
 * @throws RangeError where the bytes are no message.
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      // Ten bytes are the longest, as negative numbers have; those are of no use here.
      if (byte === undefined || scale > 128 ** 9) throw new RangeError('a number is cut off');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('a field is cut off');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const key = varint();
    const [number, kind] = [Math.floor(key / 8), key % 8];
    if (number === 0) throw new RangeError('a field has no number');
    if (kind === 0) yield { number, value: varint() };
    else if (kind === 1) yield { number, value: take(8) };
    else if (kind === 2) yield { number, value: take(varint()) };
    else if (kind === 5) yield { number, value: take(4) };
    else throw new RangeError('a field is of no known kind');
  }
}

/** The bytes of every field of a number. */
export function* messagesOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { number, value } of fieldsOf(bytes)) if (number === wanted && typeof value !== 'number') yield value;
}

/** The numbers of a repeated field, packed or not. */
export function numbersOf(bytes: Uint8Array, wanted: number): number[] {
  return [...fieldsOf(bytes)].flatMap(({ number, value }) => {
    if (number !== wanted) return [];
    return typeof value === 'number' ? [value] : packed(value);
  });
}

/** The text of a field, or the empty one. */
export function textOf(bytes: Uint8Array, wanted: number): string {
  const [text] = messagesOf(bytes, wanted);
  return new TextDecoder().decode(text);
}

function packed(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      values.push(value);
      [value, scale] = [0, 1];
    }
  }
  return values;
}
