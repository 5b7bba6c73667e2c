/**
 * What stands or lies between the houses and is none: plot walls, stacks, tarpaulins, paved pads.
 */
import { along, turned } from './border.ts';
import type { Frame, Plan, Wing } from './building.ts';
import type { Colour } from './canvas.ts';
import { SUB } from './place.ts';
import { fits } from './site.ts';
import type { Site } from './site.ts';

/** Something with a plan that nobody would map as a building. */
export interface Clutter {
  frame: Frame;
  wing: Wing;
  /** Decimetres; 0 for what only lies on the ground. */
  height: number;
  colour: Colour;
}

const WALLS: readonly Colour[] = [
  [170, 128, 106],
  [176, 172, 162],
  [150, 142, 130],
];

const PADS: readonly { colour: Colour; height: number; half: readonly [number, number] }[] = [
  { colour: [176, 172, 160], height: 0, half: [50, 110] },
  { colour: [58, 108, 178], height: 0, half: [28, 60] },
  { colour: [196, 178, 126], height: 0, half: [40, 80] },
  { colour: [168, 104, 82], height: 9, half: [14, 40] },
  { colour: [128, 108, 84], height: 6, half: [16, 36] },
  { colour: [142, 138, 130], height: 4, half: [20, 48] },
];

/** Walls around some plots, and stacks, tarpaulins and paved pads between the houses. */
export function clutterIn(site: Site): Clutter[] {
  const { dice, buildings } = site;
  const clutter: Clutter[] = [];
  const taken: Plan[] = [...buildings];
  for (const building of buildings) {
    if (!dice.chance(20)) continue;
    const beyond = dice.between(9, 22) * SUB;
    const plot = { frame: building.frame, halfU: building.halfU + beyond, halfV: building.halfV + beyond };
    const others = taken.filter((other) => other !== building);
    if (!fits(site, plot, others, 2 * SUB)) continue;
    taken.push(plot);
    clutter.push(...wallsAround(plot, WALLS[dice.below(WALLS.length)]!));
  }
  const pieces = dice.below(3 + (site.built >> 6));
  for (let piece = 0; piece < pieces; piece++) {
    const at = along(site.edges[dice.below(4)]!, dice.between(300, 3300));
    const pad = PADS[dice.below(PADS.length)]!;
    const halfU = dice.between(pad.half[0], pad.half[1]);
    const halfV = dice.between(pad.half[0], pad.half[1]);
    if (at === undefined) continue;
    const frame = turned(at, dice.between(-60, 60), dice.between(12, 110) * SUB);
    if (!fits(site, { frame, halfU, halfV }, taken, SUB)) continue;
    clutter.push({ frame, wing: { u: 0, v: 0, halfU, halfV }, height: pad.height, colour: pad.colour });
  }
  return clutter;
}

/** Four walls of a plot, the southern one with a gate in it. */
function wallsAround({ frame, halfU, halfV }: Plan, colour: Colour): Clutter[] {
  const thin = 7;
  const gate = 28;
  const south = (halfU - gate) >> 1;
  const wings: Wing[] = [
    { u: 0, v: -halfV, halfU, halfV: thin },
    { u: -halfU, v: 0, halfU: thin, halfV },
    { u: halfU, v: 0, halfU: thin, halfV },
    { u: -halfU + south, v: halfV, halfU: south, halfV: thin },
    { u: halfU - south, v: halfV, halfU: south, halfV: thin },
  ];
  return wings.map((wing) => ({ frame, wing, height: 17, colour }));
}
