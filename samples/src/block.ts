/**
 * Blocks: whatever has a rectangular plan and a height, and the pixels it covers.
 */
import { toWorld } from './building.ts';
import type { Frame, Wing } from './building.ts';
import type { Canvas, Colour } from './canvas.ts';
import { clamp } from './integer.ts';

/** Something with a rectangular plan that throws a shadow: a wing, a stair head, a vehicle. */
export interface Block {
  frame: Frame;
  wing: Wing;
  /** Decimetres above the ground. */
  height: number;
}

/** Draws a plain block: a stair head, a vehicle. */
export function paintBlock(canvas: Canvas, block: Block, colour: Colour): void {
  eachPixel(canvas, block.frame, block.wing, 1, (index, u, v) => {
    const cover = coverage(u, v, block.wing);
    if (cover === 0) return;
    const light = (canvas.noise[0][index]! - 128) >> 4;
    canvas.blend(index, colour[0] + light, colour[1] + light, colour[2] + light, cover);
    if (cover >= 128) {
      canvas.slope[index] = 256;
      canvas.level[index] = block.height;
    }
  });
}

/** How much of a pixel (0..256) a wing covers, for the pixel's middle in the frame. */
export function coverage(u: number, v: number, wing: Wing): number {
  const inside = Math.min(wing.halfU - Math.abs(u), wing.halfV - Math.abs(v));
  return clamp(inside * 16 + 128, 0, 256);
}

/** Calls `visit(index, u, v)` for the canvas pixels around a wing; u and v are relative to the wing's middle. */
export function eachPixel(
  canvas: Canvas,
  frame: Frame,
  wing: Wing,
  margin: number,
  visit: (index: number, u: number, v: number) => void,
): void {
  const middle = toWorld(frame, wing.u, wing.v);
  const cos = Math.abs(frame.cos);
  const sin = Math.abs(frame.sin);
  const reachX = ((wing.halfU * cos + wing.halfV * sin) >> 18) + margin + 1;
  const reachY = ((wing.halfU * sin + wing.halfV * cos) >> 18) + margin + 1;
  const left = Math.max(canvas.x0, (middle.x >> 4) - reachX);
  const right = Math.min(canvas.x0 + canvas.width - 1, (middle.x >> 4) + reachX);
  const top = Math.max(canvas.y0, (middle.y >> 4) - reachY);
  const bottom = Math.min(canvas.y0 + canvas.height - 1, (middle.y >> 4) + reachY);
  for (let y = top; y <= bottom; y++) {
    const dy = y * 16 + 8 - frame.y;
    for (let x = left; x <= right; x++) {
      const dx = x * 16 + 8 - frame.x;
      const u = ((dx * frame.cos + dy * frame.sin) >> 14) - wing.u;
      const v = ((dy * frame.cos - dx * frame.sin) >> 14) - wing.v;
      visit((y - canvas.y0) * canvas.width + (x - canvas.x0), u, v);
    }
  }
}
