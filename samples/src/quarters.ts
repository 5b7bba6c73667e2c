/**
 * Quarters: the cells between streets, each with the houses that stand in it.
 *
 * A quarter's houses keep inside its four borders and clear of each other, so quarters can be laid out one by one.
 */
import { angled, collide, courtyard, rectangle } from './building.ts';
import type { Building, Frame, Plan, RoofKind, Wing } from './building.ts';
import type { Colour } from './canvas.ts';
import { Dice, squareRoot } from './integer.ts';
import { density, streamDistance, SUB } from './place.ts';
import { edgeAt } from './streets.ts';
import type { Edge, Point } from './streets.ts';

export interface Quarter {
  key: number;
  /** North, east, south and west border, each running with the quarter on its right hand (clockwise on the map). */
  edges: readonly Edge[];
  buildings: readonly Building[];
  /** Walls, stacks and pads that are no buildings. */
  clutter: readonly Clutter[];
  /** Smallest window (sixteenths) around the four borders. */
  bounds: { x0: number; y0: number; x1: number; y1: number };
}

/** Something with a plan that nobody would map as a building. */
export interface Clutter {
  frame: Frame;
  wing: Wing;
  /** Decimetres; 0 for what only lies on the ground. */
  height: number;
  colour: Colour;
}

type Shape = ReturnType<typeof rectangle>;

/** Lays out the quarter whose first node is (i, j). */
export function quarterAt(seed: number, i: number, j: number): Quarter {
  const dice = new Dice(seed ^ 0x9a37, i, j);
  const edges = [
    edgeAt(seed, i, j, 0),
    edgeAt(seed, i + 1, j, 1),
    reversed(edgeAt(seed, i, j + 1, 0)),
    reversed(edgeAt(seed, i, j, 1)),
  ];
  const points = edges.flatMap((edge) => edge.points);
  const bounds = {
    x0: Math.min(...points.map((p) => p.x)),
    y0: Math.min(...points.map((p) => p.y)),
    x1: Math.max(...points.map((p) => p.x)),
    y1: Math.max(...points.map((p) => p.y)),
  };
  const middle = {
    x: (edges[0]!.points[2]!.x + edges[2]!.points[2]!.x) >> 1,
    y: (edges[0]!.points[2]!.y + edges[2]!.points[2]!.y) >> 1,
  };
  const built = density(seed, middle.x >> 4, middle.y >> 4);
  const site: Site = {
    seed,
    dice,
    edges,
    built,
    buildings: [],
    gap: dice.between(1 + ((255 - built) >> 6), 4 + ((255 - built) >> 4)) * SUB,
  };
  const use = dice.below(100);
  if (use < 6) {
    // An open place: nothing is built.
  } else if (use < 15 && built > 90) {
    placeCompound(site, middle);
    fillRows(site, 40);
  } else {
    fillRows(site, 8 + Math.floor((built * 88) / 255));
    fillInside(site, (built * built) >> 9);
  }
  return { key: dice.next(), edges, buildings: site.buildings, clutter: clutterIn(site), bounds };
}

interface Site {
  seed: number;
  dice: Dice;
  edges: readonly Edge[];
  built: number;
  buildings: Building[];
  /** Least distance between two houses, in sixteenths. */
  gap: number;
}

/** Houses in rows along the four borders, `occupied` percent of the plots. */
function fillRows(site: Site, occupied: number): void {
  const { dice, edges, built } = site;
  const first = dice.below(4);
  for (let k = 0; k < 4; k++) {
    const edge = edges[(first + k) & 3]!;
    const setback = edge.halfWidth + dice.between(1, 3 + ((255 - built) >> 4)) * SUB;
    let walked = setback;
    for (let lot = 0; lot < 32; lot++) {
      const shape = houseShape(site);
      const at = along(edge, walked + shape.halfU);
      if (at === undefined) break;
      const frame = turned(at, dice.between(-4, 4), setback + shape.halfV);
      const height = storeys(site);
      if (dice.chance(occupied) && place(site, { frame, ...shape, roof: roofFor(site), height, tone: dice.next() })) {
        walked += 2 * shape.halfU + site.gap + dice.between(0, (255 - built) >> 3) * SUB;
      } else {
        walked += dice.between(4, 4 + ((260 - built) >> 2)) * SUB;
      }
    }
  }
}

/** Smaller houses and sheds behind the rows. */
function fillInside(site: Site, attempts: number): void {
  const { dice, edges } = site;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const edge = edges[dice.below(4)]!;
    const at = along(edge, dice.between(300, 3300));
    const inward = edge.halfWidth + dice.between(26, 120) * SUB;
    if (at === undefined) continue;
    const shape = dice.chance(30) ? shedShape(dice) : houseShape(site);
    const frame = turned(at, dice.between(-12, 12), inward);
    const roof = shape.halfV < 8 * SUB ? shedRoof(dice) : roofFor(site);
    const height = shape.halfV < 8 * SUB ? dice.between(22, 30) : storeys(site);
    place(site, { frame, ...shape, roof, height, tone: dice.next() });
  }
}

/** One large building, as of a school, a mill or a market, near the middle. */
function placeCompound(site: Site, middle: Point): void {
  const { dice, edges } = site;
  const halfU = dice.between(38, 72) * SUB;
  const halfV = dice.between(18, 34) * SUB;
  const depth = dice.between(11, 15) * SUB;
  const shape = dice.weighted<Shape>([
    [rectangle(halfU, halfV), 50],
    [angled(halfU, halfV + 12 * SUB, depth, dice.chance(50) ? 1 : -1), 30],
    [courtyard(halfU, halfV + 16 * SUB, depth), 20],
  ]);
  const at = along(edges[dice.below(4)]!, 1500);
  if (at === undefined) return;
  const frame = { ...turned(at, 0, 0), x: middle.x, y: middle.y };
  const roof = dice.weighted<RoofKind>([
    ['metal', 30],
    ['blue metal', 25],
    ['red metal', 20],
    ['rusted metal', 10],
    ['concrete', 15],
  ]);
  place(site, { frame, ...shape, roof, height: dice.between(45, 80), tone: dice.next() });
}

/** Adds a building if it fits. */
function place(site: Site, building: Building): boolean {
  if (!fits(site, building, site.buildings, site.gap)) return false;
  site.buildings.push(building);
  return true;
}

/** True if a plan stays inside the quarter, off the water and `gap` sixteenths clear of the others. */
function fits(site: Site, building: Plan, others: readonly Plan[], gap: number): boolean {
  const { frame, halfU, halfV } = building;
  for (const [a, b] of [
    [-1, -1],
    [0, -1],
    [1, -1],
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
  ] as const) {
    const x = frame.x + ((a * halfU * frame.cos - b * halfV * frame.sin) >> 14);
    const y = frame.y + ((a * halfU * frame.sin + b * halfV * frame.cos) >> 14);
    for (const edge of site.edges) if (clearance(edge, x, y) < 8) return false;
    if (streamDistance(site.seed, x >> 4, y >> 4) < 12) return false;
  }
  return !others.some((other) => collide(other, building, gap));
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
function clutterIn(site: Site): Clutter[] {
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

/** Signed distance (sixteenths) from a point to the inner side of an edge's street: negative on it or beyond. */
function clearance(edge: Edge, x: number, y: number): number {
  let nearest = Infinity;
  for (let k = 0; k < 4; k++) {
    const from = edge.points[k]!;
    const to = edge.points[k + 1]!;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const across = Math.floor(((x - from.x) * -dy + (y - from.y) * dx) / Math.max(1, squareRoot(dx * dx + dy * dy)));
    nearest = Math.min(nearest, across);
  }
  return nearest - edge.halfWidth;
}

/** The point and direction (scaled by 2^14) at a distance (sixteenths) along an edge; undefined beyond its end. */
function along(edge: Edge, distance: number): Frame | undefined {
  let left = distance;
  for (let k = 0; k < 4; k++) {
    const from = edge.points[k]!;
    const to = edge.points[k + 1]!;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length = Math.max(1, squareRoot(dx * dx + dy * dy));
    if (left <= length) {
      return {
        x: from.x + Math.floor((dx * left) / length),
        y: from.y + Math.floor((dy * left) / length),
        cos: Math.floor((dx * 16384) / length),
        sin: Math.floor((dy * 16384) / length),
      };
    }
    left -= length;
  }
  return undefined;
}

/** A frame moved inwards from an edge and turned by about `percent` of a radian / 100. */
function turned(at: Frame, percent: number, inward: number): Frame {
  const cos = at.cos - Math.floor((at.sin * percent) / 100);
  const sin = at.sin + Math.floor((at.cos * percent) / 100);
  const length = squareRoot(cos * cos + sin * sin);
  return {
    x: at.x - Math.floor((at.sin * inward) / 16384),
    y: at.y + Math.floor((at.cos * inward) / 16384),
    cos: Math.floor((cos * 16384) / length),
    sin: Math.floor((sin * 16384) / length),
  };
}

function houseShape(site: Site): Shape {
  const { dice, built } = site;
  const halfU = dice.between(9 * SUB, 17 * SUB + (built >> 2));
  const halfV = dice.between(9 * SUB, 20 * SUB);
  if (dice.chance(16) && halfU > 13 * SUB && halfV > 13 * SUB) {
    return angled(halfU, halfV, dice.between(5 * SUB, 7 * SUB), dice.chance(50) ? 1 : -1);
  }
  return rectangle(halfU, halfV);
}

function shedShape(dice: Dice): Shape {
  return rectangle(dice.between(6 * SUB, 10 * SUB), dice.between(5 * SUB, 8 * SUB));
}

function shedRoof(dice: Dice): RoofKind {
  return dice.weighted<RoofKind>([
    ['metal', 40],
    ['rusted metal', 25],
    ['blue metal', 10],
    ['tarpaulin', 25],
  ]);
}

/** Roofs follow the place: concrete in the middle of the town, tin, tiles and thatch towards its edge. */
function roofFor({ dice, built }: Site): RoofKind {
  const urban = built >> 3;
  return dice.weighted<RoofKind>([
    ['concrete', 6 + urban + (urban >> 1)],
    ['metal', 22],
    ['blue metal', 9],
    ['red metal', 6],
    ['rusted metal', 12],
    ['tiles', 20 - (urban >> 2)],
    ['thatch', urban > 14 ? 0 : 14],
    ['tarpaulin', 3],
    ['under construction', 4],
  ]);
}

function storeys({ dice, built }: Site): number {
  return dice.between(28, 40) + dice.below(1 + (built >> 6)) * dice.between(22, 30);
}

function reversed(edge: Edge): Edge {
  return { ...edge, points: [...edge.points].reverse() };
}
