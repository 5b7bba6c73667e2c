/**
 * Draws any window of the place, the same pixels whatever the window.
 */
import { paintBlock } from './block.ts';
import { Canvas } from './canvas.ts';
import { paintBuilding, paintYard, shadowBlocks } from './houses.ts';
import { SHADOW_REACH } from './light.ts';
import { paintStreams, paintStreets } from './paving.ts';
import { expose } from './sensor.ts';
import { buildingsOf, clutterOf, streetsOf } from './settlement.ts';
import type { Settlement } from './settlement.ts';
import { castBlock, castTree } from './shadows.ts';
import { paintTree } from './trees.ts';
import { paintVehicle, vehiclesOn } from './vehicles.ts';

/** Pixels around a window in which something may stand whose yard, crown or shadow reaches into it. */
const MARGIN = SHADOW_REACH + 18;

/** RGB bytes of the window of `width` x `height` world pixels at (x0, y0), pixel interleaved. */
export function drawWindow(settlement: Settlement, x0: number, y0: number, width: number, height: number): Uint8Array {
  const canvas = new Canvas(settlement.seed, x0 - 1, y0 - 1, width + 2, height + 2);
  const west = x0 - MARGIN;
  const north = y0 - MARGIN;
  const east = x0 + width + MARGIN;
  const south = y0 + height + MARGIN;
  const quarters = settlement.quartersOver(west - 40, north - 40, east + 40, south + 40);
  const streets = streetsOf(quarters);
  const buildings = buildingsOf(quarters);
  const clutter = clutterOf(quarters);
  const vehicles = streets.flatMap(vehiclesOn);
  const trees = settlement.treesOver(quarters, west, north, east, south);

  settlement.parcels.paint(canvas);
  for (const building of buildings) paintYard(canvas, building);
  paintStreams(canvas);
  paintStreets(canvas, streets);
  for (const piece of clutter) paintBlock(canvas, piece, piece.colour);
  for (const vehicle of vehicles) paintVehicle(canvas, vehicle);
  for (const building of buildings) paintBuilding(canvas, building);
  for (const tree of trees) paintTree(canvas, tree);

  for (const building of buildings) for (const block of shadowBlocks(building)) castBlock(canvas, block);
  for (const piece of clutter) if (piece.height > 0) castBlock(canvas, piece);
  for (const vehicle of vehicles) castBlock(canvas, vehicle.body);
  for (const tree of trees) castTree(canvas, tree);
  return expose(canvas);
}
