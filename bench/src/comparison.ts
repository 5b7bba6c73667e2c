/** One measurement of Cairn against a peer that does the same work in the same run, as `make bench` prints it. */
export interface Comparison {
  name: string;
  ours: number;
  peer: number;
  unit: string;
  /** How many times better ours is: above 1 where Cairn is the faster. */
  ratio: number;
  /** What was measured, and with what. */
  about: string;
}

/** A comparison of two rates: the higher, the better. */
export function rates(name: string, ours: number, peer: number, unit: string, about: string): Comparison {
  return { name, ours: rounded(ours), peer: rounded(peer), unit, ratio: rounded(ours / peer), about };
}

/** A comparison of two times or amounts: the lower, the better. */
export function amounts(name: string, ours: number, peer: number, unit: string, about: string): Comparison {
  return { name, ours: rounded(ours), peer: rounded(peer), unit, ratio: rounded(peer / ours), about };
}

/** Four digits are more than any of this can be repeated to. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
