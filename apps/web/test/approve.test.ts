import type { Departure, Stage } from '@cairn/contracts';
import { describe, expect, test } from 'vitest';
import { decisionsOn, isReason } from '../src/approve/decisions.ts';
import { inOrder, isBetterHigher } from '../src/approve/metrics.ts';

const departure = (now: string | null, backTo: string | null = null): Departure => ({
  version: 'm/2',
  predictions: 0,
  answers: { model: 'm', now, after: null },
  backTo,
});

describe('what can be decided about a version', () => {
  test.each<[Stage, Departure, string[]]>([
    ['candidate', departure('m/1'), ['approve', 'try', 'reject', 'revoke']],
    ['staging', departure('m/1'), ['approve', 'reject', 'revoke']],
    ['production', departure('m/2', 'm/1'), ['roll-back', 'lay-aside', 'revoke']],
    ['production', departure('m/2'), ['lay-aside', 'revoke']],
    ['production', departure('m/1'), ['default', 'lay-aside', 'revoke']],
    ['archived', departure(null), ['approve', 'revoke']],
    ['revoked', departure(null), []],
  ])('in the stage %s', (stage, follows, decisions) => {
    expect(decisionsOn({ stage, departure: follows })).toEqual(decisions);
  });

  test('needs a reason that says something', () => {
    expect(['', '   ', ' a ', 'ok', 'x'.repeat(2001)].filter(isReason)).toEqual([]);
    expect(isReason('Compared with the labels.')).toBe(true);
  });
});

describe('the figures of a version', () => {
  test('come in the order in which people ask, those of a package’s own last', () => {
    const figures = ['own_figure', 'test_iou', 'test_object_recall'].map((name) => ({ name }));
    expect(inOrder(figures).map(({ name }) => name)).toEqual(['test_object_recall', 'test_iou', 'own_figure']);
  });

  test('are better higher, but for errors; counts are neither, nor is what is not known', () => {
    const names = ['test_iou', 'test_calibration_error', 'test_objects', 'own_figure'];
    expect(names.map(isBetterHigher)).toEqual([true, false, undefined, undefined]);
  });
});
