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

/** Where nothing was learnt: the reference network on two cores of a laptop. */
const unlearnt: Expectation = { from: 'nothing', runs: 0, secondsAWindow: 0.2, otherSeconds: 4 };

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
  if (own.length > 0) return { from: 'this-version', ...learnt(own, ready) };
  const others = await lastPaces(queryable, 'weights_digest <> $1', weights);
  if (others.length > 0) return { from: 'other-versions', ...learnt(others, ready) };
  return unlearnt;
}

function lastPaces(queryable: Queryable, which: string, weights: string): Promise<Pace[]> {
  return queryable.query<Pace>(
    `select ready, windows, seconds, steady_windows as "steadyWindows", steady_seconds as "steadySeconds"
     from cairn.pace where ${which} order by seq desc limit ${counted}`,
    [weights],
  );
}

/**
 * The time a window is that of the steady part, the newest counting most; the rest of each run is what its windows do not
 * explain. Runs of a single block have no steady part: until there is another, all of their time is their windows'.
 */
function learnt(paces: readonly Pace[], ready: boolean): Omit<Expectation, 'from'> {
  let [windows, seconds] = [0, 0];
  for (const [age, pace] of paces.entries()) {
    const weight = 0.8 ** age;
    windows += weight * pace.steadyWindows;
    seconds += weight * pace.steadySeconds;
  }
  const runs = paces.length;
  const single = median(paces.filter((pace) => pace.windows > 0).map((pace) => pace.seconds / pace.windows));
  if (windows === 0) return { runs, secondsAWindow: single ?? unlearnt.secondsAWindow, otherSeconds: 0 };
  const secondsAWindow = seconds / windows;
  const rest = (of: readonly Pace[]): number | undefined =>
    median(of.map((pace) => Math.max(0, pace.seconds - pace.windows * secondsAWindow)));
  return { runs, secondsAWindow, otherSeconds: rest(paces.filter((pace) => pace.ready === ready)) ?? rest(paces) ?? 0 };
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
