import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  blockGrid,
  blocksIn,
  boxRing,
  middleOf,
  parseShapes,
  StandingObjects,
  type Block,
  type BlockGrid,
  type Box,
  type FoundObject,
} from '../src/index.ts';

const [width, height, halo] = [40, 30, 8];

const anyObject = fc
  .record({
    x: fc.nat(width - 1),
    y: fc.nat(height - 1),
    w: fc.integer({ min: 1, max: 2 * halo }),
    h: fc.integer({ min: 1, max: 2 * halo }),
    score: fc.constantFrom(0.5, 0.7, 0.9),
    class: fc.constantFrom('tent', 'car'),
  })
  .map(({ x, y, w, h, score, class: name }): FoundObject => {
    const box = { x0: x - (w >> 1), y0: y - (h >> 1), x1: x - (w >> 1) + w, y1: y - (h >> 1) + h };
    return { class: name, score, box, rings: [boxRing(box)] };
  })
  .filter(({ box }) => isInside(middleOf(box), { x0: 0, y0: 0, x1: width, y1: height }));

function isInside([x, y]: [number, number], { x0, y0, x1, y1 }: Box): boolean {
  return x >= x0 && x < x1 && y >= y0 && y < y1;
}

function whole(grid: BlockGrid): Block[] {
  return blocksIn(grid, [{ x0: 0, y0: 0, x1: grid.width, y1: grid.height }]);
}

function sorted(objects: readonly FoundObject[]): string[] {
  return objects.map((object) => JSON.stringify(object)).sort();
}

it('keeps the same objects for any block size and order of arrival', () => {
  const size = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(fc.array(anyObject, { maxLength: 12 }), size, fc.infiniteStream(fc.nat()), (objects, edge, keys) => {
      const together = new StandingObjects(blockGrid({ width, height, size: 64, halo, stride: 1 }));
      const expected = together.add({ col: 0, row: 0 }, objects);
      const grid = blockGrid({ width, height, size: edge, halo, stride: 1 });
      const standing = new StandingObjects(grid);
      const shuffled = whole(grid)
        .map((block) => ({ block, key: Number(keys.next().value) }))
        .sort((a, b) => a.key - b.key);
      const found = shuffled.flatMap(({ block }) => {
        const here = objects.filter(({ box }) => isInside(middleOf(box), block.core));
        return standing.add(block, here);
      });
      expect(sorted(found)).toEqual(sorted(expected));
      expect(standing.wanted(() => true)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

function object(x0: number, score: number, name = 'tent'): FoundObject {
  const box = { x0, y0: 0, x1: x0 + 10, y1: 10 };
  return { class: name, score, box, rings: [boxRing(box)] };
}

it('keeps the surest of what overlaps by more than half, in each class', () => {
  const grid = blockGrid({ width: 64, height: 64, size: 64, halo: 0, stride: 1 });
  const stand = (...objects: FoundObject[]): FoundObject[] =>
    new StandingObjects(grid).add({ col: 0, row: 0 }, objects);
  expect(stand(object(0, 0.6), object(3, 0.9))).toEqual([object(3, 0.9)]);
  expect(stand(object(0, 0.6), object(4, 0.9))).toEqual([object(0, 0.6), object(4, 0.9)]);
  expect(stand(object(0, 0.6), object(1, 0.9, 'car'))).toHaveLength(2);
  expect(stand(object(0, 0.9), object(0, 0.9))).toEqual([object(0, 0.9)]);
});

it('waits for the blocks that decide, and asks for those near a window', () => {
  const standing = new StandingObjects(blockGrid({ width: 64, height: 64, size: 32, halo: 16, stride: 1 }));
  expect(standing.add({ col: 0, row: 0 }, [object(26, 0.6), object(2, 0.6)])).toEqual([object(2, 0.6)]);
  expect(standing.wanted(({ x0 }) => x0 < 27)).toEqual([{ col: 1, row: 0 }]);
  expect(standing.wanted(({ x0 }) => x0 < 20)).toEqual([]);
  expect(standing.add({ col: 1, row: 0 }, [object(28, 0.8)])).toEqual([object(28, 0.8)]);
});

it.each([
  ['of no class that is looked for', { class: 'boat' }, 'class'],
  ['surer than sure', { score: 1.5 }, 'score'],
  ['of a block beside', { box: { x0: 60, y0: 0, x1: 90, y1: 10 } }, 'box'],
  ['without extent', { box: { x0: 4, y0: 4, x1: 4, y1: 8 } }, 'box'],
  ['with an outline beyond its box', { rings: [[0, 0, 0, 20, 10, 20, 10, 0]] }, 'rings'],
  ['with slanted sides', { rings: [[0, 0, 5, 10, 10, 0]] }, 'rings'],
])('refuses an object %s', (_, change, member) => {
  const core = { x0: 0, y0: 0, x1: 64, y1: 64 };
  const sent = { polygons: [], objects: [{ ...object(0, 0.5), ...change }] };
  expect(() => parseShapes(sent, core, ['tent'])).toThrow(`/objects/0/${member}`);
  expect(parseShapes({ polygons: [], objects: [object(0, 0.5)] }, core, ['tent']).objects).toEqual([object(0, 0.5)]);
});
