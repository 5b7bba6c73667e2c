/**
 * Draws buildings: the trodden yard around them, their roofs, and what stands on flat ones.
 */
import { coverage, eachPixel, paintBlock } from './block.ts';
import type { Block } from './block.ts';
import { toWorld } from './building.ts';
import type { Building, Wing } from './building.ts';
import type { Canvas, Colour } from './canvas.ts';
import { clamp, Dice, squareRoot } from './integer.ts';
import { SUN_X, SUN_Y } from './light.ts';
import { PAINTERS } from './roofs.ts';
import type { Spot } from './roofs.ts';

/** The yard: earth trodden bare for about three metres around the walls. */
export function paintYard(canvas: Canvas, building: Building): void {
  const grown = { u: 0, v: 0, halfU: building.halfU, halfV: building.halfV };
  const strength = 60 + ((building.tone >>> 9) & 127);
  eachPixel(canvas, building.frame, grown, 24, (index, u, v) => {
    const beyond = Math.max(Math.abs(u) - building.halfU, Math.abs(v) - building.halfV) >> 4;
    if (beyond < 0) return;
    const reach = ((canvas.noise[2][index]! + canvas.noise[1][index]!) >> 4) - 8;
    const cover = clamp((reach - beyond) * 24, 0, strength);
    if (cover > 0) canvas.blend(index, 170, 150, 122, cover);
  });
}

/** The roof, wing by wing, and the blocks that stand on it. */
export function paintBuilding(canvas: Canvas, building: Building): void {
  for (const wing of building.wings) paintWing(canvas, building, wing);
  for (const block of roofBlocks(building)) paintBlock(canvas, block, [186, 180, 168]);
  for (const tank of tanks(building)) paintTank(canvas, tank.x, tank.y, building.height, tank.tone);
}

/** The blocks that throw a building's shadow. */
export function shadowBlocks(building: Building): Block[] {
  const { frame, height } = building;
  return [...building.wings.map((wing) => ({ frame, wing, height })), ...roofBlocks(building)];
}

function paintWing(canvas: Canvas, building: Building, wing: Wing): void {
  const { frame } = building;
  const painter = PAINTERS[building.roof];
  const lengthwise = wing.halfU >= wing.halfV;
  const sunU = (SUN_X * frame.cos + SUN_Y * frame.sin) >> 14;
  const sunV = (SUN_Y * frame.cos - SUN_X * frame.sin) >> 14;
  const spot: Spot = {
    along: 0,
    across: 0,
    halfLength: lengthwise ? wing.halfU : wing.halfV,
    halfWidth: lengthwise ? wing.halfV : wing.halfU,
    sunAlong: lengthwise ? sunU : sunV,
    sunAcross: lengthwise ? sunV : sunU,
    fine: 0,
    small: 0,
    medium: 0,
    tone: building.tone,
    red: 0,
    green: 0,
    blue: 0,
    slope: 256,
  };
  const [fine, small, medium] = canvas.noise;
  eachPixel(canvas, frame, wing, 1, (index, u, v) => {
    const cover = coverage(u, v, wing);
    if (cover === 0) return;
    spot.along = lengthwise ? u : v;
    spot.across = lengthwise ? v : u;
    spot.fine = fine[index]!;
    spot.small = small[index]!;
    spot.medium = medium[index]!;
    painter(spot);
    canvas.blend(index, spot.red, spot.green, spot.blue, cover);
    if (cover >= 128) {
      canvas.slope[index] = spot.slope;
      canvas.level[index] = building.height;
    }
  });
}

/** Stair heads on larger concrete roofs. */
function roofBlocks(building: Building): Block[] {
  if (building.roof !== 'concrete' || building.halfU < 170 || building.halfV < 170) return [];
  if ((building.tone & 3) === 0) return [];
  const dice = new Dice(building.tone, 3);
  const wing = building.wings[0]!;
  const half = dice.between(56, 84);
  const u = wing.u + (wing.halfU - half - 24) * (dice.chance(50) ? 1 : -1);
  const v = wing.v + (wing.halfV - half - 24) * (dice.chance(50) ? 1 : -1);
  if (wing.halfV < half + 24 || wing.halfU < half + 24) return [];
  return [{ frame: building.frame, wing: { u, v, halfU: half, halfV: half }, height: building.height + 22 }];
}

function tanks(building: Building): { x: number; y: number; tone: number }[] {
  if (building.roof !== 'concrete') return [];
  const dice = new Dice(building.tone, 5);
  const wing = building.wings[0]!;
  if (wing.halfU < 130 || wing.halfV < 130) return [];
  return Array.from({ length: dice.below(3) }, () => {
    const u = wing.u + dice.between(70 - wing.halfU, wing.halfU - 70);
    const v = wing.v + dice.between(70 - wing.halfV, wing.halfV - 70);
    return { ...toWorld(building.frame, u, v), tone: dice.below(4) };
  });
}

const TANKS: readonly Colour[] = [
  [34, 36, 38],
  [40, 110, 100],
  [60, 60, 62],
  [212, 212, 208],
];

/** A round water tank of about 1.3 m, with a glint. */
function paintTank(canvas: Canvas, x: number, y: number, height: number, tone: number): void {
  const [red, green, blue] = TANKS[tone]!;
  const { left, top, right, bottom } = canvas.around(x, y, 4);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const dx = column * 16 + 8 - x;
      const dy = row * 16 + 8 - y;
      const index = (row - canvas.y0) * canvas.width + (column - canvas.x0);
      // Its shadow on the roof first, two pixels away from the sun.
      const shade = disc(dx + 30, dy + 26, 36);
      if (shade > 0) canvas.blend(index, 70, 70, 72, shade >> 1);
      const cover = disc(dx, dy, 36);
      if (cover === 0) continue;
      const glint = disc(dx - 12, dy - 10, 14) >> 2;
      canvas.blend(index, red + glint, green + glint, blue + glint, cover);
      if (cover >= 128) canvas.level[index] = height + 12;
    }
  }
}

function disc(dx: number, dy: number, radius: number): number {
  return clamp((radius - squareRoot(dx * dx + dy * dy)) * 16 + 128, 0, 256);
}
