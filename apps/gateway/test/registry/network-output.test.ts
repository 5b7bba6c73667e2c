import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { networkOutput } from '../../src/registry/network-output.ts';
import type { PackageItem } from '../../src/registry/package/item.ts';

const named = (...names: string[]) => names.map((name, value) => ({ value, name }));
const result = { shape: [-1, 3, -1, -1], dim_order: ['batch', 'channel', 'height', 'width'], data_type: 'float32' };

/** What is read of an item with these tasks and outputs. */
function read(tasks: string[], outputs: object[]) {
  const properties = { 'mlm:tasks': tasks, 'mlm:output': outputs };
  return networkOutput({ properties } as unknown as PackageItem);
}

const segmentation = { name: 'probability', tasks: ['semantic-segmentation'], result };
const detection = ['boxes', 'scores', 'labels'].map((name) => ({ name, tasks: ['object-detection'], result: {} }));

describe('what a network answers, by its item', () => {
  it('is a task and the names of its classes by number', () => {
    const classes = [...named('background', 'roof', 'road')].reverse();
    expect(read(['semantic-segmentation'], [{ ...segmentation, 'classification:classes': classes }])).toEqual({
      task: 'semantic-segmentation',
      classes: ['background', 'roof', 'road'],
    });
    const labelled = [...detection.slice(0, 2), { ...detection[2], 'classification:classes': named('tent', 'car') }];
    expect(read(['object-detection'], labelled)).toEqual({ task: 'object-detection', classes: ['tent', 'car'] });
    expect(read(['detection', 'object-detection'], labelled).task).toBe('object-detection');
  });

  it('is that of the reference package, and buildings where one probability has no classes', async () => {
    const file = new URL('../../../../models/building-detector/stac-item.json', import.meta.url);
    const buildings = { task: 'semantic-segmentation', classes: ['background', 'building'] };
    expect(networkOutput(JSON.parse(await readFile(file, 'utf8')) as PackageItem)).toEqual(buildings);
    const one = { ...segmentation, result: { ...result, shape: [-1, 1, -1, -1] } };
    expect(read(['segmentation'], [{ ...one, tasks: ['segmentation'] }])).toEqual(buildings);
  });

  const half = {
    process_graph: {
      half: { process_id: 'multiply', arguments: { x: { from_parameter: 'x' }, y: 0.5 }, result: true },
    },
  };
  const scored = (post: unknown) => [
    { ...detection[0], 'classification:classes': named('tent') },
    { ...detection[1], post_processing_function: post },
    detection[2]!,
  ];

  it('tells the openEO process of an output, and passes over what only a package itself can run', () => {
    const python = { format: 'python', expression: 'package.module:function' };
    const expressed = read(['object-detection'], scored([python, one(half)]));
    expect(expressed).toEqual({ task: 'object-detection', classes: ['tent'], expressions: { scores: half } });
    expect(read(['object-detection'], scored(python))).toEqual({ task: 'object-detection', classes: ['tent'] });
    expect(read(['object-detection'], scored(null))).toEqual({ task: 'object-detection', classes: ['tent'] });
  });

  const classes = named('background', 'tent');
  it.each([
    ['a task of which no vectors are made', ['regression'], [], 'mlm:tasks names none of'],
    ['a task called as what every object has', ['constructor'], [], 'mlm:tasks names none of'],
    ['two tasks', ['object-detection', 'scene-classification'], detection, 'of which one can be served'],
    ['an output too few', ['object-detection'], detection.slice(0, 2), 'has no output "labels"'],
    ['an output of another task', ['object-detection'], [segmentation], 'has no output "boxes"'],
    ['no classes', ['object-detection'], detection, 'names no classes'],
    [
      'other channels than classes',
      ['segmentation'],
      [{ ...segmentation, 'classification:classes': classes }],
      '3 channels',
    ],
    ['a gap in the numbers', ['segmentation'], [gap(0, 2)], '0, 1, 2'],
    ['a number twice', ['segmentation'], [gap(1, 1)], '0, 1, 2'],
    ['background that is not first', ['segmentation'], [of('tent', 'background', 'car')], 'background the value 0'],
    ['a process that is not known', ['detection'], scored(one({})), 'does not hold'],
    ['two processes', ['detection'], scored([one(half), one(half)]), 'more than one'],
    ['background alone', ['segmentation'], [of('background')], 'nothing to look for'],
  ])('%s is refused with the place in the item', (_, tasks, outputs, words) => {
    expect(() => read(tasks, outputs)).toThrow(words);
    expect(() => read(tasks, outputs)).toThrow('stac-item.json, /properties/mlm:');
  });
});

function one(expression: unknown): object {
  return { format: 'openeo', expression };
}

function of(...names: string[]): object {
  return { ...segmentation, 'classification:classes': named(...names) };
}

function gap(...values: number[]): object {
  return { ...segmentation, 'classification:classes': values.map((value) => ({ value, name: `class ${value}` })) };
}
