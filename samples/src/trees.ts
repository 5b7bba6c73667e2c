/**
 * Trees and bushes: round crowns of several shades, where the ground under them has trees and nothing is in the way.
 */
import type { Canvas, Colour } from './canvas.ts';
import type { Parcels } from './ground.ts';
import { clamp, Dice } from './integer.ts';
import { SUN_X, SUN_Y } from './light.ts';
import { grain, noiseAt } from './noise.ts';
import { streamDistance } from './place.ts';

export interface Tree {
  /** Sixteenths of a world pixel. */
  x: number;
  y: number;
  radius: number;
  /** Decimetres. */
  height: number;
  tone: number;
}

/** Tells whether a circle (sixteenths) is free of buildings and streets. */
export type IsFree = (x: number, y: number, radius: number) => boolean;

const CELLS = [
  { width: 34, salt: 0x7ee1, bush: false },
  { width: 21, salt: 0x7ee2, bush: true },
] as const;

const LEAVES: readonly Colour[] = [
  [62, 84, 44],
  [74, 94, 50],
  [52, 76, 46],
  [88, 104, 58],
  [70, 82, 54],
  [96, 98, 56],
];

/** The trees whose crown or shadow may touch a window, in a fixed order. */
export function treesOver(
  seed: number,
  parcels: Parcels,
  isFree: IsFree,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): Tree[] {
  const trees: Tree[] = [];
  for (const { width, salt, bush } of CELLS) {
    for (let row = Math.floor(y0 / width); row <= Math.floor(y1 / width); row++) {
      for (let column = Math.floor(x0 / width); column <= Math.floor(x1 / width); column++) {
        const dice = new Dice(seed ^ salt, column, row);
        const x = column * width + dice.below(width);
        const y = row * width + dice.below(width);
        const cover = parcels.coverAt(x, y);
        let likely = bush ? cover.bushes : cover.trees;
        // Clumps: trees keep to each other's company.
        likely = Math.floor((likely * noiseAt(seed ^ 0x7ee3, x, y, 7)) / 110);
        if (streamDistance(seed, x, y) < 30) likely += bush ? 40 : 25;
        if (!dice.chance(likely) || streamDistance(seed, x, y) < 2) continue;
        const radius = bush ? dice.between(28, 78) : dice.between(72, 150) + dice.below(60);
        if (!isFree(x * 16, y * 16, radius)) continue;
        const height = bush ? radius >> 2 : 20 + Math.floor(radius / 4) + dice.below(20);
        trees.push({ x: x * 16 + dice.below(16), y: y * 16 + dice.below(16), radius, height, tone: dice.next() });
      }
    }
  }
  return trees;
}

/** Draws a crown: lobed at its edge, lit from the sun's side, clumped. */
export function paintTree(canvas: Canvas, tree: Tree): void {
  const [fine, small] = canvas.noise;
  const colour = LEAVES[tree.tone % LEAVES.length]!;
  const own = ((tree.tone >>> 8) & 15) - 8;
  const { left, top, right, bottom } = canvas.around(tree.x, tree.y, (tree.radius >> 4) + 4);
  for (let y = top; y <= bottom; y++) {
    const dy = y * 16 + 8 - tree.y;
    for (let x = left; x <= right; x++) {
      const dx = x * 16 + 8 - tree.x;
      const index = (y - canvas.y0) * canvas.width + (x - canvas.x0);
      const lobes = ((fine[index]! - 128) >> 2) + ((small[index]! - 128) >> 2);
      const radius = clamp(tree.radius + ((lobes * tree.radius) >> 7), 12, 400);
      const squared = dx * dx + dy * dy;
      // First-order distance to the rim, as in paving.ts.
      const inside = Math.floor((radius * radius - squared) / (2 * radius));
      const cover = clamp(inside * 10 + 100, 0, 256);
      if (cover === 0) continue;
      const facing = Math.floor((dx * SUN_X + dy * SUN_Y) / radius);
      const leaf = ((grain(canvas.seed ^ 0x1eaf, x, y) - 128) >> 3) + ((fine[index]! - 128) >> 2);
      const light = leaf + (facing >> 4) + own;
      canvas.blend(index, colour[0] + light, colour[1] + light, colour[2] + (light >> 1), cover);
      if (cover >= 128) {
        canvas.slope[index] = 232 + (facing >> 2);
        canvas.level[index] = Math.max(canvas.level[index]!, tree.height);
      }
    }
  }
}
