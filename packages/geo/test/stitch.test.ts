import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockGrid,
  blocksIn,
  boxesMeet,
  parseBlockShapes,
  Stitcher,
  trace,
  traceBlock,
  type Block,
  type BlockGrid,
  type StitchedPolygon,
} from '../src/index.ts';
import { anyMask, cropped, drawn } from './mask.ts';

function whole(grid: BlockGrid): Block[] {
  return blocksIn(grid, [{ x0: 0, y0: 0, x1: grid.width, y1: grid.height }]);
}

function byStart(polygons: StitchedPolygon[]): StitchedPolygon[] {
  const start = (polygon: StitchedPolygon): number => (polygon.rings[0]?.[0] ?? 0) * 1e6 + (polygon.rings[0]?.[1] ?? 0);
  return polygons.sort((a, b) => start(a) - start(b));
}

const confidenceOf = (mask: Uint8Array): Uint8Array => mask.map((_, i) => (i * 37) % 256);

describe('stitch', () => {
  it('gives what tracing the whole mask gives, for any mask, block size and order of arrival', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(anyMask, size, fc.infiniteStream(fc.nat()), ({ mask, width, height }, blockSize, keys) => {
        const grid = blockGrid({ width, height, size: blockSize, halo: 0, stride: 1 });
        const confidence = confidenceOf(mask);
        const stitcher = new Stitcher(grid);
        const shuffled = whole(grid)
          .map((block) => ({ block, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key);
        const found = shuffled.flatMap(({ block }) => {
          const { core } = block;
          const shapes = traceBlock(cropped(mask, width, core), core, cropped(confidence, width, core));
          const sent: unknown = JSON.parse(JSON.stringify(shapes));
          return stitcher.add(block, parseBlockShapes(sent, core));
        });
        expect(stitcher.finish()).toEqual([]);
        const expected = trace(mask, width, height, confidence).map((polygon) => ({ ...polygon, cut: false }));
        expect(byStart(found)).toEqual(byStart(expected));
      }),
      { numRuns: 200 },
    );
  });

  it('returns a polygon as soon as no missing block can add to it', () => {
    const { mask, width, height } = drawn('.#..', '.##.', '....', '#...');
    const grid = blockGrid({ width, height, size: 2, halo: 0, stride: 1 });
    const stitcher = new Stitcher(grid);
    const counts = whole(grid).map(
      (block) => stitcher.add(block, traceBlock(cropped(mask, width, block.core), block.core)).length,
    );
    // The upper shape waits for the two lower blocks, whose pixels beside it are background.
    expect(counts).toEqual([0, 0, 1, 1]);
  });

  it('asks for the blocks that hold the rest of what a window shows, and for no other', () => {
    const { mask, width, height } = drawn('########', '........', '......##', '........');
    const grid = blockGrid({ width, height, size: 2, halo: 0, stride: 1 });
    const stitcher = new Stitcher(grid);
    const window = { x0: 0, y0: 0, x1: 1, y1: 1 };
    const asked: string[] = [];
    const found: StitchedPolygon[] = [];
    let next = blocksIn(grid, [window]).map(({ col, row }) => ({ col, row }));
    while (next.length > 0) {
      for (const place of next) {
        asked.push(`${place.col},${place.row}`);
        const block = whole(grid).find(({ col, row }) => col === place.col && row === place.row);
        if (!block) throw new Error('asked for a block off the grid');
        found.push(...stitcher.add(block, traceBlock(cropped(mask, width, block.core), block.core)));
      }
      next = stitcher.wanted((box) => boxesMeet(box, window));
    }
    expect(asked).toEqual(['0,0', '1,0', '2,0', '3,0']);
    expect(found).toEqual([{ rings: [[0, 0, 0, 1, 8, 1, 8, 0]], pixels: 8, confidenceSum: 0, cut: false }]);
  });

  it('marks what a missing block cuts off', () => {
    const { mask, width, height } = drawn('####', '....');
    const grid = blockGrid({ width, height, size: 2, halo: 0, stride: 1 });
    const [first] = whole(grid);
    if (!first) throw new Error('the grid is empty');
    const stitcher = new Stitcher(grid);
    expect(stitcher.add(first, traceBlock(cropped(mask, width, first.core), first.core))).toEqual([]);
    expect(stitcher.finish()).toEqual([{ rings: [[0, 0, 0, 1, 2, 1, 2, 0]], pixels: 2, confidenceSum: 0, cut: true }]);
  });

  it('refuses a block that comes twice or that the grid does not have', () => {
    const stitcher = new Stitcher(blockGrid({ width: 4, height: 4, size: 2, halo: 0, stride: 1 }));
    stitcher.add({ col: 0, row: 0 }, { polygons: [] });
    expect(() => stitcher.add({ col: 0, row: 0 }, { polygons: [] })).toThrow('column 0, row 0 was added before');
    expect(() => stitcher.add({ col: 2, row: 0 }, { polygons: [] })).toThrow('no block in column 2, row 0');
  });
});

describe('block shapes from outside', () => {
  const core = { x0: 10, y0: 20, x1: 14, y1: 24 };
  const { mask } = drawn('##..', '.#..', '....', '...#');
  const good = traceBlock(
    mask,
    core,
    mask.map((value) => value * 200),
  );

  it('list where a polygon touches the border of its core', () => {
    expect(good.polygons.map(({ runs }) => runs)).toEqual([
      [
        ['north', 10, 12],
        ['west', 20, 21],
      ],
      [
        ['east', 23, 24],
        ['south', 13, 14],
      ],
    ]);
  });

  it('are read back as they were written', () => {
    expect(parseBlockShapes(JSON.parse(JSON.stringify(good)), core)).toEqual(good);
  });

  it('are refused when any number in them was changed', () => {
    const text = JSON.stringify(good);
    const numbers = [...text.matchAll(/-?\d+/g)];
    fc.assert(
      fc.property(
        fc.nat({ max: numbers.length - 1 }),
        fc.constantFrom('-1', '0', '9', '15', '22', '99999', '1.5', 'null', '"x"'),
        (which, value) => {
          const at = numbers[which];
          if (!at || at[0] === value) return;
          const changed = text.slice(0, at.index) + value + text.slice(at.index + at[0].length);
          // Any sum of confidences that the pixels could have had is believed: nothing else tells of it.
          fc.pre(!/"confidenceSum":$/.test(text.slice(0, at.index)) || !/^\d+$/.test(value) || value === '99999');
          expect(() => parseBlockShapes(JSON.parse(changed), core)).toThrow(TypeError);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never end in anything but an answer or a TypeError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record({ polygons: fc.array(fc.record({ rings: fc.jsonValue(), pixels: fc.jsonValue() })) }),
        ),
        (json) => {
          try {
            parseBlockShapes(json, core);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
        },
      ),
    );
  });
});
