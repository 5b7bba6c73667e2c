/** A point of a curve. */
export interface Point {
  step: number;
  value: number;
}

/** The least and the greatest of values; a single value gets room on both sides. */
export function rangeOf(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(least)) return [0, 1];
  if (least < most) return [least, most];
  const room = Math.abs(least) / 2 || 0.5;
  return [least - room, most + room];
}

/** Round values inside a range, about as many as asked for: 1, 2 or 5 times a power of ten apart. */
export function ticksOf([least, most]: [number, number], about: number): number[] {
  const rough = (most - least) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(least / step); tick * step <= most * (1 + 1e-12); tick++) {
    // By multiplication, rounded to the step's own digits: sums of 0.1 go astray.
    ticks.push(Number((tick * step).toPrecision(12)));
  }
  return ticks;
}

/** Of many points about as many as asked for, with the first and the last. */
export function someOf<P>(points: readonly P[], most: number): P[] {
  if (points.length <= most) return [...points];
  const every = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * every)]!);
}
