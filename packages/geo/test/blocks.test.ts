import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockAt, blockGrid, blocksIn } from '../src/index.ts';

const grid = blockGrid({ width: 2500, height: 1100, size: 1024, halo: 96, stride: 32 });

describe('blocks', () => {
  it('cuts cores at the edge of the raster and keeps the windows to read equal', () => {
    expect(blockAt(grid, 2, 1)).toEqual({
      col: 2,
      row: 1,
      core: { x0: 2048, y0: 1024, x1: 2500, y1: 1100 },
      padded: { x0: 1952, y0: 928, x1: 3168, y1: 2144 },
    });
  });

  it('lists the blocks of several windows once, by row, then by column', () => {
    const windows = [
      { x0: 1500, y0: 1000, x1: 2100, y1: 1030 },
      { x0: 0.5, y0: -50, x1: 1024.01, y1: 10 },
    ];
    expect(blocksIn(grid, windows).map(({ col, row }) => [row, col])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ]);
  });

  it('asks for nothing where the window is off the raster or holds no pixel', () => {
    expect(
      blocksIn(grid, [
        { x0: 2500, y0: 0, x1: 3000, y1: 10 },
        { x0: 5, y0: 5, x1: 5, y1: 9 },
      ]),
    ).toEqual([]);
  });

  it('gives the same block whatever the window, and tiles the window with cores', () => {
    const edge = fc.integer({ min: 0, max: 2500 });
    fc.assert(
      fc.property(edge, edge, edge, edge, (a, b, c, d) => {
        const window = { x0: Math.min(a, b), x1: Math.max(a, b), y0: Math.min(c, d), y1: Math.max(c, d) };
        const blocks = blocksIn(grid, [window]);
        let covered = 0;
        for (const { core, col, row } of blocks) {
          expect(blockAt(grid, col, row).core).toEqual(core);
          const wide = Math.min(core.x1, window.x1) - Math.max(core.x0, window.x0);
          const high = Math.min(core.y1, window.y1) - Math.max(core.y0, window.y0);
          expect(Math.min(wide, high)).toBeGreaterThan(0);
          covered += wide * high;
        }
        const inside =
          Math.max(0, Math.min(2500, window.x1) - window.x0) * Math.max(0, Math.min(1100, window.y1) - window.y0);
        expect(covered).toBe(inside);
      }),
    );
  });

  it('refuses a grid that would put two blocks on different phases of the network', () => {
    expect(() => blockGrid({ ...grid, size: 1000 })).toThrow('block size 1000 must be a multiple of the stride 32');
    expect(() => blockGrid({ ...grid, halo: 90 })).toThrow('halo 90 must be a multiple of the stride 32');
  });
});
