/**
 * Quarters: the cells between streets, each with the houses that stand in it.
 *
 * A quarter's houses keep inside its four borders and clear of each other, so quarters can be laid out one by one.
 */
import { along, reversed, turned } from './border.ts';
import { angled, courtyard, rectangle } from './building.ts';
import type { Building, RoofKind } from './building.ts';
import { clutterIn } from './clutter.ts';
import type { Clutter } from './clutter.ts';
import { Dice } from './integer.ts';
import { density, SUB } from './place.ts';
import { fits } from './site.ts';
import type { Site } from './site.ts';
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
  const isOpen = use < 6;
  if (!isOpen && use < 15 && built > 90) {
    placeCompound(site, middle);
    fillRows(site, 40);
  } else if (!isOpen) {
    fillRows(site, 8 + Math.floor((built * 88) / 255));
    fillInside(site, (built * built) >> 9);
  }
  return { key: dice.next(), edges, buildings: site.buildings, clutter: clutterIn(site), bounds };
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
