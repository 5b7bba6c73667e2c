import { describe, expect, it } from 'vitest';
import { type Conditions, differencesOf } from '../../src/training/comparison.ts';

const conditions: Conditions = {
  environment: 'sha256:a',
  lock: 'numpy==2.4.6 \\\n    --hash=sha256:0\ntorch[cpu]==2.15.0 ; python_version >= "3.11"\n',
  python: '3.11.7',
  platform: 'linux-x86_64',
  processor: 'AMD EPYC (avx2)',
  cap: 'avx2',
  threads: 2,
  seed: 5,
  data: 'sha256:d',
  package: 'sha256:p',
  settings: { seed: 5, threads: 2, lr: 0.003 },
};
const told = (change: Partial<Conditions>): string[] =>
  differencesOf(conditions, { ...conditions, ...change }).map(({ what, words }) => `${what}: ${words}`);

describe('the differences of two runs', () => {
  it('are none where every condition is the same, or is not told', () => {
    expect(told({})).toEqual([]);
    expect(told({ python: null, processor: null })).toEqual([]);
  });

  it.each<[string, Partial<Conditions>, string]>([
    [
      'a library',
      { environment: 'sha256:b', lock: 'numpy==2.4.6\ntorch==2.16.0\n' },
      'environment: library torch 2.15.0, now torch 2.16.0',
    ],
    [
      'a lock that is not held',
      { environment: 'sha256:b', lock: null },
      "environment: environment's lock sha256:a, now sha256:b",
    ],
    ['Python', { python: '3.11.9' }, 'environment: Python 3.11.7, now 3.11.9'],
    ['the processor', { processor: 'Intel (avx512f)' }, 'processor: processor AMD EPYC (avx2), now Intel (avx512f)'],
    ['the cap', { cap: 'native' }, 'processor: cap on instructions avx2, now native'],
    ['the threads', { threads: 4, settings: { ...conditions.settings, threads: 4 } }, 'threads: threads 2, now 4'],
    ['the seed', { seed: 6, settings: { ...conditions.settings, seed: 6 } }, 'seed: seed 5, now 6'],
    ['the data', { data: 'sha256:e' }, 'data: dataset digest sha256:d, now sha256:e'],
    ['the package', { package: 'sha256:q' }, 'package: package digest sha256:p, now sha256:q'],
    ['a setting', { settings: { ...conditions.settings, lr: 0.01 } }, 'settings: setting lr 0.003, now 0.01'],
    [
      'a setting called as what every object has',
      { settings: { ...conditions.settings, constructor: 1 } },
      'settings: setting constructor not there, now 1',
    ],
  ])('name %s', (_what, change, words) => {
    expect(told(change)).toEqual([words]);
  });

  it('come with the weightiest first', () => {
    const changed = { package: 'sha256:q', seed: 6, environment: 'sha256:b', lock: 'numpy==2.5.0\ntorch==2.15.0\n' };
    expect(told(changed).map((words) => words.split(':')[0])).toEqual(['environment', 'seed', 'package']);
  });
});
