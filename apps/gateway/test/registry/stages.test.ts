import { type Stage } from '@cairn/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTransition, defaultAfter } from '../../src/registry/stages.ts';

const stages: Stage[] = ['candidate', 'staging', 'production', 'archived', 'revoked'];
const may = (from: Stage, to: Stage): boolean => {
  try {
    checkTransition('m/1', from, to);
    return true;
  } catch {
    return false;
  }
};

describe('the stages of a version', () => {
  it('are left by exactly these ways', () => {
    const ways = Object.fromEntries(stages.map((from) => [from, stages.filter((to) => may(from, to))]));
    expect(ways).toEqual({
      candidate: ['staging', 'production', 'archived', 'revoked'],
      staging: ['production', 'archived', 'revoked'],
      production: ['archived', 'revoked'],
      archived: ['production', 'revoked'],
      revoked: [],
    });
  });

  it('name the open ways where one is refused', () => {
    expect(() => checkTransition('m/1', 'archived', 'staging')).toThrow(
      expect.objectContaining({
        code: 'stage-transition-refused',
        message: 'Version m/1 is archived and cannot become staging.',
        more: { where: 'm/1', action: 'It can become production, revoked.' },
      }) as Error,
    );
  });
});

describe('the default of a model', () => {
  const inProduction = fc.uniqueArray(fc.record({ version: fc.nat(9), approvedSeq: fc.nat(999) }), {
    selector: ({ version }) => version,
    maxLength: 5,
  });

  it('is a version in production whenever there is one, and none otherwise', () => {
    fc.assert(
      fc.property(
        inProduction,
        fc.option(fc.nat(9)),
        fc.option(fc.nat(9), { nil: undefined }),
        (list, current, chosen) => {
          const next = defaultAfter(current, list, chosen);
          expect(next === null).toBe(list.length === 0);
          if (next !== null) expect(list.map(({ version }) => version)).toContain(next);
        },
      ),
    );
  });

  it('stays where it is while an approval beside it changes nothing', () => {
    const list = [
      { version: 1, approvedSeq: 1 },
      { version: 2, approvedSeq: 2 },
    ];
    expect(defaultAfter(1, list)).toBe(1);
    expect(defaultAfter(1, list, 2)).toBe(2);
  });

  it('passes to the version approved last when its own leaves production', () => {
    const list = [
      { version: 4, approvedSeq: 7 },
      { version: 2, approvedSeq: 9 },
    ];
    expect(defaultAfter(5, list)).toBe(2);
  });
});
