import { digestOf } from '@cairn/receipt';
import { expect, it } from 'vitest';
import { relationOf } from '../../src/training/relation.ts';

const trained = { dataset_digest: digestOf('trained'), bbox: [85, 27, 86, 28] as [number, number, number, number] };

it.each<[string, string, [number, number, number, number]]>([
  ['same', 'trained', [85, 27, 86, 28]],
  ['overlapping', 'more of it', [85.9, 27.9, 87, 29]],
  ['overlapping', 'a part of it', [85.4, 27.4, 85.5, 27.5]],
  ['apart', 'north of it', [85, 28, 86, 29]],
  ['apart', 'west of it', [83, 27, 84, 28]],
])('is %s for %s', (relation, content, bbox) => {
  expect(relationOf(trained, { digest: digestOf(content), bbox })).toBe(relation);
});
