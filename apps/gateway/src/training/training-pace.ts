import type { Digest, TrainingEstimate } from '@cairn/contracts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { PastTraining } from './past-trainings.ts';

/** A training that is thought of; data that are still to be fetched have no digest. */
export interface Thought {
  packageDigest: Digest;
  datasetDigest: Digest | null;
  settings: Hyperparameters;
}

/** What it is expected to take, and the CPU seconds for a second on the wall. */
export interface TrainingPace extends Omit<TrainingEstimate, 'money'> {
  cpuShare: number | null;
}

/** Settings by which packages tell how long they learn: the time of the step `train` grows with them. */
const counts = ['steps', 'epochs'] as const;
/** How far off an estimate may be, as a factor: by trainings that were asked for the same, and by others. */
const doubt = { alike: 1.5, unlike: 3 } as const;
const mostRuns = 5;

/**
 * What a training is expected to take, by those that are most like it: that differ in the fewest settings, and then in the number
 * of steps the least. Their learning is stretched by that number. As some of it is no step's (a program that starts), that is too
 * much where more are asked for, and too little where fewer: the range reaches to what would hold if none of it were.
 */
export function trainingPace(thought: Thought, past: readonly PastTraining[]): TrainingPace {
  const name = counts.find((one) => isCount(thought.settings[one]));
  const candidates = past
    .map((one) => ({ ...one, differing: differingIn(thought, one, name), times: timesOf(thought, one, name) }))
    .sort((a, b) => a.differing.length - b.differing.length || distance(a.times) - distance(b.times));
  const [best] = candidates;
  if (best === undefined) {
    return { expected: null, learnt: { runs: 0, differing: [], count: null }, cpuShare: null };
  }
  const key = String(best.differing);
  const like = candidates.filter((one) => String(one.differing) === key && one.times === best.times).slice(0, mostRuns);
  const seconds = (stretch: (times: number) => number): number[] =>
    like.map(({ learning, around, times }) => around + learning * stretch(times)).sort((a, b) => a - b);
  const factor = best.differing.length === 0 ? doubt.alike : doubt.unlike;
  const all = seconds((times) => times);
  return {
    expected: {
      seconds: rounded(all[Math.floor(all.length / 2)]!),
      range: {
        from: rounded(seconds((times) => Math.min(times, 1))[0]! / factor),
        to: rounded(seconds((times) => Math.max(times, 1)).at(-1)! * factor),
      },
    },
    learnt: {
      runs: like.length,
      differing: best.differing,
      count:
        name === undefined
          ? null
          : { name, asked: Number(thought.settings[name]), learnt: Number(best.settings[name] ?? 0) },
    },
    cpuShare: best.cpuShare,
  };
}

/** In what two trainings differ that may change their time; a seed does not. */
function differingIn(thought: Thought, past: PastTraining, count: string | undefined): string[] {
  const names = new Set([...Object.keys(thought.settings), ...Object.keys(past.settings)]);
  const settings = [...names].filter((name) => {
    if (name === 'seed') return false;
    if (name === count) return !isCount(past.settings[name]);
    return thought.settings[name] !== past.settings[name];
  });
  return [
    ...settings.sort(),
    ...(thought.datasetDigest === past.datasetDigest ? [] : ['dataset']),
    ...(thought.packageDigest === past.packageDigest ? [] : ['package']),
  ];
}

/** How many times as long it learns. */
function timesOf({ settings }: Thought, past: PastTraining, count: string | undefined): number {
  if (count === undefined || !isCount(past.settings[count])) return 1;
  return Number(settings[count]) / Number(past.settings[count]);
}

function distance(times: number): number {
  return Math.abs(Math.log(times));
}

function isCount(value: Hyperparameters[string] | undefined): boolean {
  return typeof value === 'number' && value > 0;
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
