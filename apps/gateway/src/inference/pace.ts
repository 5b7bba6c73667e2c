import type { Queryable } from '../db/database.ts';

/** How long a prediction took. */
export interface Pace {
  /** Whether the model server was there before. */
  ready: boolean;
  /** Windows that the network was asked about. */
  windows: number;
  seconds: number;
  /** The same from the first block's answer to the last one's. */
  steadyWindows: number;
  steadySeconds: number;
}

/** What a prediction of a version is expected to take. */
export interface Expectation {
  from: 'this-version' | 'other-versions' | 'nothing';
  /** Predictions that it is learnt from. */
  runs: number;
  secondsAWindow: number;
  /** Seconds beside the windows: until the first is asked about, and from the last one's answer on. */
  otherSeconds: number;
}

/** So many of the last predictions count: a machine has other work in other hours. */
const counted = 12;

/**
 * What a prediction's time is made of, in seconds: beside the windows, for the start of a model server, and each window. Where
 * nothing was learnt, that of the reference network on two cores.
 */
const usual: Terms = [0.55, 0.35, 0.2];
type Terms = readonly [other: number, start: number, window: number];

/** How much it counts that a term is as usual, beside the newest run: networks differ far more than what is around them. */
const belief: Terms = [0.1, 0.1, 0.001];

/** Writes how long a prediction took. */
export async function recordPace(tx: Queryable, weights: string, pace: Pace): Promise<void> {
  await tx.query(
    `insert into cairn.pace (weights_digest, ready, windows, seconds, steady_windows, steady_seconds)
     values ($1, $2, $3, $4, $5, $6)`,
    [weights, pace.ready, pace.windows, pace.seconds, pace.steadyWindows, pace.steadySeconds],
  );
}

/**
 * What a prediction is expected to take, by the last ones of the same weights; where there are none, of others.
 * @param ready whether the model server is there
 */
export async function expectationOf(queryable: Queryable, weights: string, ready: boolean): Promise<Expectation> {
  const own = await lastPaces(queryable, 'weights_digest = $1', weights);
  if (own.length > 0) return { from: 'this-version', runs: own.length, ...expectation(fit(own), ready) };
  const others = await lastPaces(queryable, 'weights_digest <> $1', weights);
  if (others.length > 0) return { from: 'other-versions', runs: others.length, ...expectation(fit(others), ready) };
  return { from: 'nothing', runs: 0, ...expectation(usual, ready) };
}

function lastPaces(queryable: Queryable, which: string, weights: string): Promise<Pace[]> {
  return queryable.query<Pace>(
    `select ready, windows, seconds, steady_windows as "steadyWindows", steady_seconds as "steadySeconds"
     from cairn.pace where ${which} order by seq desc limit ${counted}`,
    [weights],
  );
}

function expectation([other, start, window]: Terms, ready: boolean): Omit<Expectation, 'from' | 'runs'> {
  return { secondsAWindow: window, otherSeconds: other + (ready ? 0 : start) };
}

/**
 * The terms that come nearest to how long runs took, and their steady parts, by the squares of the relative errors; the newest
 * counts most. What the runs do not tell, as where all were of one size, is taken to be as usual.
 */
function fit(paces: readonly Pace[]): Terms {
  const told = usual.map((term, i): Told => {
    return { weight: belief[i]!, parts: unit.map((one, j) => (i === j ? one / term : 0)) };
  });
  for (const [age, { ready, windows, seconds, steadyWindows, steadySeconds }] of paces.entries()) {
    const weight = 0.8 ** age;
    if (seconds > 0) told.push({ weight, parts: [1, ready ? 0 : 1, windows].map((part) => part / seconds) });
    if (steadySeconds > 0) told.push({ weight, parts: [0, 0, steadyWindows / steadySeconds] });
  }
  const [other = 0, start = 0, window = 0] = leastSquares(told);
  return [Math.max(0, other), Math.max(0, start), Math.max(0, window)];
}

const unit = [1, 1, 1];

/** An equation, terms times parts = 1, and how much it counts. */
interface Told {
  weight: number;
  parts: readonly number[];
}

/** The terms that fit equations best: the normal equations, solved by elimination. They are positive definite. */
function leastSquares(told: readonly Told[]): number[] {
  const rows = unit.map((_, i) => {
    const sum = (of: (parts: readonly number[]) => number): number =>
      told.reduce((total, { weight, parts }) => total + weight * parts[i]! * of(parts), 0);
    return [...unit.map((_, j) => sum((parts) => parts[j]!)), sum(() => 1)];
  });
  for (const [i, row] of rows.entries()) {
    const pivot = row[i]!;
    for (let k = 0; k < row.length; k++) row[k]! /= pivot;
    for (const other of rows) {
      const factor = other === row ? 0 : other[i]!;
      for (let k = 0; k < row.length; k++) other[k]! -= factor * row[k]!;
    }
  }
  return rows.map((row) => row.at(-1)!);
}
