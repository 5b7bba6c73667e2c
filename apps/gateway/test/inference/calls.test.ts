import { type Block, blockAt, type BlockGrid } from '@cairn/geo';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callOf, Cells } from '../../src/inference/calls.ts';

const grid: BlockGrid = { width: 1000, height: 900, size: 128, halo: 16, stride: 16 };
const places = Array.from({ length: 56 }, (_, i) => ({ col: i % 8, row: Math.floor(i / 8) }));
const told = ({ blocks }: { blocks: readonly Block[] }): string =>
  blocks.map(({ col, row }) => `${col},${row}`).join(' ');

describe('blocks that go together', () => {
  it('are those of a cell of the grid, as far as they are wanted and fill a rectangle', () => {
    const block = (col: number, row: number): Block => blockAt(grid, col, row);
    const blocks = [block(1, 0), block(2, 0), block(3, 0), block(2, 1), block(3, 1)];
    const cells = new Cells(blocks);
    expect(told(cells.callWith(blocks[0]!, () => true))).toBe('1,0');
    expect(told(cells.callWith(blocks[3]!, () => true))).toBe('2,0 3,0 2,1 3,1');
    expect(told(cells.callWith(blocks[4]!, (one) => one !== blocks[1]))).toBe('2,1 3,1');
    expect(told(cells.callWith(blocks[4]!, (one) => one === blocks[4] || one === blocks[2]))).toBe('3,0 3,1');
  });

  it('are each asked about once, with a core that is exactly theirs, whatever the area', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(places), (some) => {
        const blocks = some.map(({ col, row }) => blockAt(grid, col, row));
        const cells = new Cells(blocks);
        const asked = new Set<Block>();
        for (const block of blocks) {
          if (asked.has(block)) continue;
          const call = cells.callWith(block, (one) => !asked.has(one));
          expect(call.blocks).toContain(block);
          const { x0, y0, x1, y1 } = call.core;
          const pixels = call.blocks.reduce((sum, { core }) => sum + (core.x1 - core.x0) * (core.y1 - core.y0), 0);
          expect((x1 - x0) * (y1 - y0)).toBe(pixels);
          for (const one of call.blocks) {
            expect(asked.has(one)).toBe(false);
            asked.add(one);
          }
        }
        expect(asked.size).toBe(blocks.length);
      }),
    );
  });

  it('may be one', () => {
    const one = blockAt(grid, 7, 6);
    expect(callOf([one])).toEqual({ blocks: [one], core: one.core });
  });
});
