import { describe, expect, test } from 'vitest';
import { differingParameters, metricRows } from '../src/training/comparison.ts';
import { rangeOf, someOf, ticksOf } from '../src/training/plot.ts';
import { readSetting, readSettings, type Setting } from '../src/training/settings.ts';

const schema = {
  properties: {
    steps: {
      title: 'Steps',
      description: 'Time grows with it.',
      type: 'integer',
      minimum: 2,
      maximum: 100,
      default: 40,
    },
    width: { type: 'integer', multipleOf: 4 },
    lr: { type: 'number', multipleOf: 0.1 },
    cap: { enum: ['avx2', 'native'], default: 'avx2' },
    flip: { type: 'boolean', default: true },
  },
};
const settings = readSettings(schema, { steps: 400 });
const setting = (name: string): Setting => settings.find((one) => one.name === name)!;

describe('a setting of a training', () => {
  test('is told by the schema; what the package takes itself counts more than the schema’s default', () => {
    expect(settings.map(({ name, title, kind, usual }) => [name, title, kind, usual])).toEqual([
      ['steps', 'Steps', 'integer', 400],
      ['width', 'width', 'integer', undefined],
      ['lr', 'lr', 'number', undefined],
      ['cap', 'cap', 'choice', 'avx2'],
      ['flip', 'flip', 'boolean', true],
    ]);
    expect(readSettings(undefined)).toEqual([]);
  });

  test.each([
    ['steps', '', { why: 'missing' }],
    ['steps', 'many', { why: 'number' }],
    ['steps', '2.5', { why: 'integer' }],
    ['steps', '1', { why: 'least', limit: 2 }],
    ['steps', '101', { why: 'most', limit: 100 }],
    ['width', '6', { why: 'multiple', limit: 4 }],
  ])('%s of "%s" is refused before anything is sent', (name, text, fault) => {
    expect(readSetting(setting(name), text)).toEqual({ fault });
  });

  test.each([
    ['steps', ' 100 ', 100],
    ['lr', '0.3', 0.3],
    ['cap', 'native', 'native'],
    ['flip', 'false', false],
  ])('%s of "%s" becomes a value of its kind', (name, text, value) => {
    expect(readSetting(setting(name), text)).toEqual({ value });
  });
});

describe('a plot', () => {
  test('has round ticks inside its range', () => {
    expect(ticksOf([0, 1], 4)).toEqual([0, 0.5, 1]);
    expect(ticksOf([0.12, 0.48], 4)).toEqual([0.2, 0.3, 0.4]);
    expect(ticksOf([1, 400], 5)).toEqual([100, 200, 300, 400]);
  });

  test('has room around a value that never changes, and around none', () => {
    expect(rangeOf([3])).toEqual([1.5, 4.5]);
    expect(rangeOf([0])).toEqual([-0.5, 0.5]);
    expect(rangeOf([])).toEqual([0, 1]);
  });

  test('tells of many points some, with the first and the last', () => {
    const some = someOf(
      Array.from({ length: 1000 }, (_, step) => step),
      12,
    );
    expect([some.length, some[0], some.at(-1)]).toEqual([12, 0, 999]);
  });
});

describe('runs beside each other', () => {
  test('show the settings that differ alone, and figures without what the machine did', () => {
    const runs = [
      { parameters: { lr: '0.1', seed: '0' }, metrics: { loss: 1, 'system/cpu': 9 } },
      { parameters: { lr: '0.2', seed: '0', cap: 'avx2' }, metrics: {} },
    ];
    expect(differingParameters(runs)).toEqual([
      { name: 'cap', values: [undefined, 'avx2'] },
      { name: 'lr', values: ['0.1', '0.2'] },
    ]);
    expect(metricRows(runs)).toEqual([{ name: 'loss', values: [1, undefined] }]);
  });
});
