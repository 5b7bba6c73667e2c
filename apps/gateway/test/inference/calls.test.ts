import { type Block, blockAt, type BlockGrid } from '@cairn/geo';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Call, callOf, Calls } from '../../src/inference/calls.ts';

const size = 512;
const grid: BlockGrid = { width: 4000, height: 3600, size, halo: 16, stride: 16 };
const places = Array.from({ length: 56 }, (_, i) => ({ col: i % 8, row: Math.floor(i / 8) }));
const told = ({ blocks }: { blocks: readonly Block[] }): string =>
  blocks.map(({ col, row }) => `${col},${row}`).join(' ');

describe('blocks that go together', () => {
  const block = (col: number, row: number): Block => blockAt(grid, col, row);
  const all = places.map(({ col, row }) => block(col, row));
  const any = (): boolean => true;
  const upTo =
    (pixels: number) =>
    ({ core }: Call): boolean =>
      (core.x1 - core.x0) * (core.y1 - core.y0) <= pixels;

  it('are those of a cell of the grid, four across and three down', () => {
    const calls = new Calls(all, size);
    expect(told(calls.callOf(block(4, 3), any, any))).toBe('4,3 5,3 6,3 7,3 4,4 5,4 6,4 7,4 4,5 5,5 6,5 7,5');
  });

  it('are the largest rectangle that begins with the one, of those that are there and wanted', () => {
    const calls = new Calls([block(1, 0), block(2, 0), block(3, 0), block(1, 1), block(2, 1)], size);
    expect(told(calls.callOf(block(1, 0), any, any))).toBe('1,0 2,0 1,1 2,1');
    expect(told(calls.callOf(block(1, 0), ({ row }) => row === 0, any))).toBe('1,0 2,0 3,0');
    expect(told(calls.callOf(block(2, 0), ({ col }) => col === 2, any))).toBe('2,0 2,1');
  });

  it('are fewer where a call would be too large, down to the one', () => {
    const calls = new Calls(all, size);
    expect(told(calls.callOf(block(0, 0), any, upTo(1024 ** 2)))).toBe('0,0 1,0 0,1 1,1');
    expect(told(calls.callOf(block(0, 0), any, () => false))).toBe('0,0');
  });

  it('are each asked about once, with a core that is exactly theirs, whatever the area', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(places), (some) => {
        const blocks = some.map(({ col, row }) => blockAt(grid, col, row));
        const calls = new Calls(blocks, size);
        const asked = new Set<Block>();
        for (const block of blocks) {
          if (asked.has(block)) continue;
          const call = calls.callOf(block, (one) => !asked.has(one), any);
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
