import { describe, expect, it } from 'vitest';
import { readExpression } from '../src/expression.ts';

const x = { from_parameter: 'x' };
const from = (node: string) => ({ from_node: node });
const node = (process_id: string, given: object, result = false) => ({
  process_id,
  arguments: given,
  ...(result ? { result } : {}),
});

/** 1 / (1 + e^-x), with a node that two others take from. */
const sigmoid = {
  process_graph: {
    share: node('divide', { x: 1, y: from('sum') }, true),
    sum: node('add', { x: 1, y: from('power') }),
    power: node('exp', { p: from('negative') }),
    negative: node('subtract', { x: 0, y: x }),
  },
};

const of = (process: string, given: object) => readExpression({ process_graph: { a: node(process, given, true) } });

describe('an expression', () => {
  it('computes a number of each number, in whatever order its nodes are written', () => {
    const probability = readExpression(sigmoid);
    expect([-2, 0, 3].map(probability)).toEqual([-2, 0, 3].map((value) => 1 / (1 + Math.exp(-value))));
    const folded = readExpression({
      process_graph: {
        far: node('gt', { x: from('size'), y: 2 }),
        size: node('absolute', { x }),
        end: node('if', { value: from('far'), accept: 1, reject: from('size') }, true),
      },
    });
    expect([-3, -1, 0.5].map(folded)).toEqual([1, 1, 0.5]);
  });

  it.each([
    ['multiply', { x, y: 0.5 }, 2],
    ['power', { base: x, p: 2 }, 16],
    ['ln', { x }, Math.log(4)],
    ['sqrt', { x }, 2],
    ['clip', { x, min: 0, max: 1 }, 1],
    ['min', { data: [x, 3, 9] }, 3],
    ['max', { data: [x, 3] }, 4],
    ['gte', { x, y: 4 }, 1],
    ['lt', { x, y: 4 }, 0],
    ['lte', { x, y: 4 }, 1],
    ['and', { x, y: true }, 1],
    ['or', { x: false, y: false }, 0],
    ['not', { x }, 0],
  ])('knows %s', (process, given, expected) => {
    expect(of(process, given)(4)).toBe(expected);
  });

  it.each([
    ['no graph', { expression: 'x * 2' }, 'process_graph'],
    ['no result', { process_graph: { a: node('exp', { p: x }) } }, 'one node with "result"'],
    ['two results', { process_graph: { a: node('exp', { p: x }, true), b: node('exp', { p: x }, true) } }, 'one node'],
    ['a process that loads data', { process_graph: { a: node('load_collection', { id: 'x' }, true) } }, 'a/'],
    [
      'a process named like a member of each object',
      { process_graph: { a: node('constructor', {}, true) } },
      'process_id',
    ],
    ['another argument', { process_graph: { a: node('exp', { x }, true) } }, 'arguments must be p'],
    ['an argument too few', { process_graph: { a: node('add', { x }, true) } }, 'arguments must be x, y'],
    ['a list in place of a value', { process_graph: { a: node('exp', { p: [1] }, true) } }, 'must be one value'],
    ['a reference to nothing', { process_graph: { a: node('exp', { p: from('b') }, true) } }, 'no node b'],
    ['a circle', { process_graph: { a: node('exp', { p: from('a') }, true) } }, 'takes from itself'],
    [
      'another parameter',
      { process_graph: { a: node('exp', { p: { from_parameter: 'data' } }, true) } },
      'a/arguments/p',
    ],
  ])('with %s is refused', (_, json, words) => {
    expect(() => readExpression(json)).toThrow(TypeError);
    expect(() => readExpression(json)).toThrow(words);
  });
});
