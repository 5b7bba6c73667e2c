/**
 * Cars and trucks along the wider streets.
 */
import type { Canvas, Colour } from './canvas.ts';
import { paintBlock } from './block.ts';
import type { Block } from './block.ts';
import { Dice, squareRoot } from './integer.ts';
import type { Edge } from './streets.ts';

export interface Vehicle {
  body: Block;
  colour: Colour;
}

const PAINTS: readonly Colour[] = [
  [222, 222, 220],
  [198, 200, 204],
  [60, 62, 66],
  [150, 44, 40],
  [52, 86, 140],
  [136, 138, 140],
  [206, 176, 80],
];

/** The vehicles on an edge's street. */
export function vehiclesOn(edge: Edge): Vehicle[] {
  if (edge.surface !== 'asphalt' && edge.surface !== 'concrete') return [];
  const dice = new Dice(edge.key, 11);
  return Array.from({ length: dice.below(edge.halfWidth > 150 ? 6 : 3) }, () => {
    const piece = dice.below(4);
    const from = edge.points[piece]!;
    const to = edge.points[piece + 1]!;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length = Math.max(1, squareRoot(dx * dx + dy * dy));
    const part = dice.between(10, 90);
    const aside = Math.floor((edge.halfWidth * dice.between(35, 72)) / 100) * (dice.chance(50) ? 1 : -1);
    const truck = dice.chance(14);
    const frame = {
      x: from.x + Math.floor((dx * part) / 100 - (dy * aside) / length),
      y: from.y + Math.floor((dy * part) / 100 + (dx * aside) / length),
      cos: Math.floor((dx * 16384) / length),
      sin: Math.floor((dy * 16384) / length),
    };
    const wing = truck ? { u: 0, v: 0, halfU: 190, halfV: 64 } : { u: 0, v: 0, halfU: 114, halfV: 46 };
    return { body: { frame, wing, height: truck ? 28 : 14 }, colour: PAINTS[dice.below(PAINTS.length)]! };
  });
}

/** Draws a vehicle: body, windows, roof. */
export function paintVehicle(canvas: Canvas, { body, colour }: Vehicle): void {
  paintBlock(canvas, body, colour);
  const { halfU, halfV } = body.wing;
  const glass = { u: halfU >> 3, v: 0, halfU: halfU >> 1, halfV: halfV - 10 };
  const roof = { u: halfU >> 3, v: 0, halfU: halfU >> 2, halfV: halfV - 12 };
  paintBlock(canvas, { ...body, wing: glass }, [44, 50, 56]);
  paintBlock(canvas, { ...body, wing: roof }, colour);
}
