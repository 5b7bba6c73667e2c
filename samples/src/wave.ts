/**
 * Furrows, ribs and courses: what repeats across a surface.
 */

const WAVE = Int8Array.from({ length: 128 }, (_, t) => (t < 64 ? 4 * t - 127 : 4 * (127 - t) - 127));

/** A triangular wave of -127..125 with a period of 128. */
export function wave(phase: number): number {
  return WAVE[phase & 127]!;
}
