/**
 * Cast shadows: what stands between a pixel and the sun, by height, with soft edges.
 */
import { toWorld } from './building.ts';
import type { Canvas } from './canvas.ts';
import type { Block } from './block.ts';
import { clamp, squareRoot } from './integer.ts';
import { shadowOf } from './light.ts';
import type { Tree } from './trees.ts';

/** Darkens what lies in a block's shadow: its plan swept away from the sun, as far as it stands above each pixel. */
export function castBlock(canvas: Canvas, block: Block): void {
  const { frame, wing, height } = block;
  const full = shadowOf(height);
  const middle = toWorld(frame, wing.u, wing.v);
  const reachX = (wing.halfU * Math.abs(frame.cos) + wing.halfV * Math.abs(frame.sin)) >> 14;
  const reachY = (wing.halfU * Math.abs(frame.sin) + wing.halfV * Math.abs(frame.cos)) >> 14;
  const left = Math.max(canvas.x0, ((middle.x - reachX + Math.min(0, full.x)) >> 4) - 4);
  const right = Math.min(canvas.x0 + canvas.width - 1, ((middle.x + reachX + Math.max(0, full.x)) >> 4) + 4);
  const top = Math.max(canvas.y0, ((middle.y - reachY + Math.min(0, full.y)) >> 4) - 4);
  const bottom = Math.min(canvas.y0 + canvas.height - 1, ((middle.y + reachY + Math.max(0, full.y)) >> 4) + 4);
  const sweepU = (full.x * frame.cos + full.y * frame.sin) >> 14;
  const sweepV = (full.y * frame.cos - full.x * frame.sin) >> 14;
  const sweep = Math.max(1, squareRoot(sweepU * sweepU + sweepV * sweepV));
  // Farthest corner from the line through the middle along the sweep: the sides of the swept plan.
  const girth = Math.floor((wing.halfU * Math.abs(sweepV) + wing.halfV * Math.abs(sweepU)) / sweep);
  for (let y = top; y <= bottom; y++) {
    const dy = y * 16 + 8 - frame.y;
    for (let x = left; x <= right; x++) {
      const index = (y - canvas.y0) * canvas.width + (x - canvas.x0);
      const above = height - canvas.level[index]!;
      if (above <= 0) continue;
      const dx = x * 16 + 8 - frame.x;
      const u = ((dx * frame.cos + dy * frame.sin) >> 14) - wing.u;
      const v = ((dy * frame.cos - dx * frame.sin) >> 14) - wing.v;
      const reachU = Math.floor((sweepU * above) / height);
      const reachV = Math.floor((sweepV * above) / height);
      const inside = Math.min(
        wing.halfU + Math.max(0, reachU) - u,
        wing.halfU - Math.min(0, reachU) + u,
        wing.halfV + Math.max(0, reachV) - v,
        wing.halfV - Math.min(0, reachV) + v,
        girth - Math.floor(Math.abs(u * sweepV - v * sweepU) / sweep),
      );
      const dark = clamp(inside * 6 + 128, 0, 255);
      // Little sky reaches the foot of a wall, on the sunny side too.
      const beside = Math.max(Math.abs(u) - wing.halfU, Math.abs(v) - wing.halfV);
      const corner = beside > -16 && beside < 80 ? (80 - beside) >> 1 : 0;
      darken(canvas, index, Math.max(dark, corner));
    }
  }
}

/** Darkens what lies in a crown's shadow. */
export function castTree(canvas: Canvas, tree: Tree): void {
  const full = shadowOf(tree.height);
  const near = { x: tree.x + (full.x >> 2), y: tree.y + (full.y >> 2) };
  const dx = full.x - (full.x >> 2);
  const dy = full.y - (full.y >> 2);
  const lengthSquared = Math.max(1, dx * dx + dy * dy);
  const reach = (tree.radius >> 4) + 3;
  const left = Math.max(canvas.x0, ((tree.x + full.x) >> 4) - reach);
  const right = Math.min(canvas.x0 + canvas.width - 1, (near.x >> 4) + reach);
  const top = Math.max(canvas.y0, ((tree.y + full.y) >> 4) - reach);
  const bottom = Math.min(canvas.y0 + canvas.height - 1, (near.y >> 4) + reach);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const index = (y - canvas.y0) * canvas.width + (x - canvas.x0);
      if (tree.height - canvas.level[index]! < 8) continue;
      const px = x * 16 + 8 - near.x;
      const py = y * 16 + 8 - near.y;
      const part = clamp(Math.floor(((px * dx + py * dy) * 256) / lengthSquared), 0, 256);
      const qx = px - ((dx * part) >> 8);
      const qy = py - ((dy * part) >> 8);
      const radius = tree.radius + (((canvas.noise[0][index]! - 128) * tree.radius) >> 9);
      const inside = Math.floor((radius * radius - qx * qx - qy * qy) / (2 * radius));
      darken(canvas, index, clamp(inside * 5 + 100, 0, 225));
    }
  }
}

function darken(canvas: Canvas, index: number, dark: number): void {
  if (dark > canvas.shadow[index]!) canvas.shadow[index] = dark;
}
