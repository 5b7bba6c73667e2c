import { expect, test } from 'vitest';
import type { PastTraining } from '../../src/training/past-trainings.ts';
import { trainingPace } from '../../src/training/training-pace.ts';

const digest = (name: string): string => `sha256:${name}`;
const past = (settings: PastTraining['settings'], more: Partial<PastTraining> = {}): PastTraining => ({
  packageDigest: digest('package'),
  datasetDigest: digest('town'),
  settings: { seed: 1, width: 16, ...settings },
  learning: 100,
  around: 20,
  cpuShare: 1.5,
  ...more,
});
const thought = (settings: PastTraining['settings'], dataset: string | null = 'town') => ({
  packageDigest: digest('package'),
  datasetDigest: dataset === null ? null : digest(dataset),
  settings: { seed: 7, width: 16, ...settings },
});

test('where nothing was trained there is no number', () => {
  const none = { runs: 0, differing: [], count: null };
  expect(trainingPace(thought({ steps: 400 }), [])).toEqual({ expected: null, learnt: none, cpuShare: null });
});

test('the same training again takes as long, whatever its seed', () => {
  const times = [past({ steps: 400 }), past({ steps: 400 }, { learning: 120 }), past({ steps: 400 }, { learning: 90 })];
  expect(trainingPace(thought({ steps: 400 }), times)).toEqual({
    expected: { seconds: 120, range: { from: rounded(110 / 1.5), to: 210 } },
    learnt: { runs: 3, differing: [], count: { name: 'steps', asked: 400, learnt: 400 } },
    cpuShare: 1.5,
  });
});

test('more steps stretch the learning alone; the range reaches to where none of it were a step’s', () => {
  const { expected } = trainingPace(thought({ steps: 800 }), [past({ steps: 400 })]);
  expect(expected).toEqual({ seconds: 220, range: { from: 120 / 1.5, to: 330 } });
  const fewer = trainingPace(thought({ steps: 100 }), [past({ steps: 400 })]);
  expect(fewer.expected).toEqual({ seconds: 45, range: { from: 30, to: 180 } });
});

test('epochs count as steps do; without either the time is taken as it was', () => {
  expect(trainingPace(thought({ epochs: 4 }), [past({ epochs: 2 })]).expected?.seconds).toBe(220);
  const { expected, learnt } = trainingPace(thought({ rounds: 4 }), [past({ rounds: 2 })]);
  expect([expected?.seconds, learnt.count, learnt.differing]).toEqual([120, null, ['rounds']]);
});

test('of several the nearest number of steps is taken, and the one alike before any other', () => {
  const trainings = [past({ steps: 4 }, { learning: 9 }), past({ steps: 300 }), past({ steps: 400, width: 8 })];
  const { learnt } = trainingPace(thought({ steps: 400 }), trainings);
  expect(learnt).toEqual({ runs: 1, differing: [], count: { name: 'steps', asked: 400, learnt: 300 } });
});

test('other settings, data or code make the range wide, and are named', () => {
  const other = past({ steps: 400, width: 8 }, { packageDigest: digest('before') });
  const { expected, learnt } = trainingPace(thought({ steps: 400 }, null), [other]);
  expect(learnt.differing).toEqual(['width', 'dataset', 'package']);
  expect(expected?.range).toEqual({ from: 40, to: 360 });
});

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
