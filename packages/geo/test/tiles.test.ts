import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chipName, mercatorBounds, MERCATOR_HALF, tileAt, tileBounds, tileRange } from '../src/index.ts';

const anyTile = fc
  .integer({ min: 0, max: 24 })
  .chain((z) => fc.record({ x: fc.nat({ max: 2 ** z - 1 }), y: fc.nat({ max: 2 ** z - 1 }), z: fc.constant(z) }));

describe('tiles', () => {
  // Computed with mercantile 1.2.1.
  it('lie where the web map grid has them', () => {
    const [west, south, east, north] = tileBounds({ x: 386697, y: 220243, z: 19 });
    expect(west).toBeCloseTo(85.52375793457031, 12);
    expect(south).toBeCloseTo(27.6324405084268, 12);
    expect(east).toBeCloseTo(85.5244445800781, 12);
    expect(north).toBeCloseTo(27.633048834227704, 12);
    const bounds = mercatorBounds({ x: 386697, y: 220243, z: 19 });
    expect(bounds.x0).toBeCloseTo(9520461.184003558, 5);
    expect(bounds.y1).toBeCloseTo(3202787.9221771695, 5);
    expect(mercatorBounds({ x: 0, y: 0, z: 0 })).toEqual({
      x0: -MERCATOR_HALF,
      y0: -MERCATOR_HALF,
      x1: MERCATOR_HALF,
      y1: MERCATOR_HALF,
    });
  });

  it('are found again from a point inside and from their own bounds', () => {
    fc.assert(
      fc.property(anyTile, (tile) => {
        const bounds = tileBounds(tile);
        const [west, south, east, north] = bounds;
        expect(tileAt((west + east) / 2, (south + north) / 2, tile.z)).toEqual(tile);
        expect(tileRange(bounds, tile.z)).toEqual({ x0: tile.x, y0: tile.y, x1: tile.x + 1, y1: tile.y + 1 });
      }),
    );
  });

  it('are refused where the grid has none', () => {
    expect(() => tileBounds({ x: 4, y: 0, z: 2 })).toThrow('there is no tile 2/4/0');
    expect(() => tileBounds({ x: 0.5, y: 0, z: 2 })).toThrow('there is no tile');
  });

  it('are clamped for points off the square', () => {
    expect(tileAt(200, 90, 3)).toEqual({ x: 7, y: 0, z: 3 });
    expect(tileAt(-180, -90, 3)).toEqual({ x: 0, y: 7, z: 3 });
  });
});

describe('chipName', () => {
  it('reads prefix, tile and extension', () => {
    expect(chipName('OAM-386697-220243-19.jpg')).toEqual({
      prefix: 'OAM',
      x: 386697,
      y: 220243,
      z: 19,
      extension: 'jpg',
    });
    expect(chipName('my-area-1-2-3.tif')?.prefix).toBe('my-area');
  });

  it('refuses other names and tiles that cannot be', () => {
    for (const name of [
      'OAM-1-2.jpg',
      'OAM-9-0-3.jpg',
      '-1-2-3.jpg',
      'OAM-1-2-3',
      'OAM-1-2-3.tar.gz',
      'OAM-1-2-99.jpg',
    ]) {
      expect(chipName(name)).toBeUndefined();
    }
  });
});
