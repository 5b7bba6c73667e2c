import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockGrid,
  blocksIn,
  boxesMeet,
  crsOfEpsg,
  groundRings,
  interiorPoint,
  lonLatOfPixel,
  parseAoi,
  pixelWindow,
  pointInAoi,
  polygonCoordinates,
  Stitcher,
  traceBlock,
  type Aoi,
  type Georeference,
  type StitchedPolygon,
} from '../src/index.ts';
import { anyMask, cropped } from './mask.ts';

const georeference: Georeference = { crs: crsOfEpsg(32645), transform: [353_979, 0.3, 0, 3_057_091, 0, -0.3] };

/** Buildings of an area, as coordinates in text: all the way from the mask to the ground, block by block. */
function buildings(mask: Uint8Array, width: number, height: number, size: number, aoi: Aoi): string[] {
  const grid = blockGrid({ width, height, size, halo: 0, stride: 1 });
  const windows = aoi.polygons.flatMap(([outer = []]) => pixelWindow(outer, georeference, width, height) ?? []);
  const stitcher = new Stitcher(grid);
  const found: StitchedPolygon[] = [];
  let blocks = blocksIn(grid, windows);
  while (blocks.length > 0) {
    for (const block of blocks)
      found.push(...stitcher.add(block, traceBlock(cropped(mask, width, block.core), block.core)));
    const wanted = stitcher.wanted((box) => windows.some((window) => boxesMeet(box, window)));
    blocks = wanted.flatMap(({ col, row }) =>
      blocksIn(grid, [{ x0: col * size, y0: row * size, x1: col * size + 1, y1: row * size + 1 }]),
    );
  }
  return [...found, ...stitcher.finish()]
    .filter(({ rings }) => pointInAoi(aoi, ...lonLatOfPixel(georeference, ...interiorPoint(rings))))
    .map(({ rings }) => JSON.stringify(polygonCoordinates(groundRings(rings, georeference))))
    .sort();
}

function area(width: number, height: number, from: number, to: number): Aoi {
  const corner = (x: number, y: number): [number, number] => lonLatOfPixel(georeference, x * width, y * height);
  const ring = [corner(from, -0.5), corner(from, 1.5), corner(to, 1.5), corner(to, -0.5), corner(from, -0.5)];
  return parseAoi({ type: 'Polygon', coordinates: [ring] });
}

describe('an area of interest', () => {
  it('gives each building whole and to one of two adjoining areas, whatever the blocks', () => {
    const size = fc.integer({ min: 2, max: 30 });
    fc.assert(
      fc.property(
        anyMask,
        size,
        size,
        fc.integer({ min: 1, max: 9 }),
        ({ mask, width, height }, one, other, tenths) => {
          const whole = buildings(mask, width, height, one, area(width, height, -0.5, 1.5));
          const left = buildings(mask, width, height, other, area(width, height, -0.5, tenths / 10));
          const right = buildings(mask, width, height, one, area(width, height, tenths / 10, 1.5));
          expect([...left, ...right].sort()).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });
});
