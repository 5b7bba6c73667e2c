/**
 * A building: wings (rectangles) in a frame of its own, turned and placed in the world.
 */
import type { Point } from './streets.ts';

export const ROOF_KINDS = [
  'concrete',
  'metal',
  'blue metal',
  'red metal',
  'rusted metal',
  'tiles',
  'thatch',
  'tarpaulin',
  'under construction',
] as const;
export type RoofKind = (typeof ROOF_KINDS)[number];

/** A frame: its origin in sixteenths of a world pixel, and the direction of its u axis, scaled by 2^14. */
export interface Frame {
  x: number;
  y: number;
  cos: number;
  sin: number;
}

/** A rectangle in a building's frame: middle and half sizes, in sixteenths of a pixel. */
export interface Wing {
  u: number;
  v: number;
  halfU: number;
  halfV: number;
}

export interface Building {
  frame: Frame;
  wings: readonly Wing[];
  /** Rings of the footprint in the frame: the outer one, then the courtyard if there is one. Not closed. */
  rings: readonly (readonly Point[])[];
  /** Half sizes of the rectangle around all wings. */
  halfU: number;
  halfV: number;
  roof: RoofKind;
  /** Height of the eaves in decimetres. */
  height: number;
  /** Hash that chooses colours, stains and what stands on the roof. */
  tone: number;
}

/** The rectangle around something: its frame and half sizes (sixteenths). */
export type Plan = Pick<Building, 'frame' | 'halfU' | 'halfV'>;

/** A point of a frame in the world, in sixteenths of a pixel. */
export function toWorld(frame: Frame, u: number, v: number): Point {
  return {
    x: frame.x + Math.round((u * frame.cos - v * frame.sin) / 16384),
    y: frame.y + Math.round((u * frame.sin + v * frame.cos) / 16384),
  };
}

/** The footprint's rings in sixteenths of a world pixel. */
export function footprint(building: Building): Point[][] {
  return building.rings.map((ring) => ring.map((point) => toWorld(building.frame, point.x, point.y)));
}

/** True if a world point (sixteenths) lies in the rectangle around the building, grown by `margin` on each side. */
export function covers(building: Plan, x: number, y: number, margin: number): boolean {
  const { frame, halfU, halfV } = building;
  const dx = x - frame.x;
  const dy = y - frame.y;
  const u = (dx * frame.cos + dy * frame.sin) / 16384;
  const v = (dy * frame.cos - dx * frame.sin) / 16384;
  return Math.abs(u) <= halfU + margin && Math.abs(v) <= halfV + margin;
}

/** True if the rectangles around two buildings come closer than `gap` sixteenths (separating axes of both frames). */
export function collide(a: Plan, b: Plan, gap: number): boolean {
  return !separated(a, b, gap) && !separated(b, a, gap);
}

function separated(a: Plan, b: Plan, gap: number): boolean {
  const dx = b.frame.x - a.frame.x;
  const dy = b.frame.y - a.frame.y;
  const alongU = Math.abs(dx * a.frame.cos + dy * a.frame.sin) / 16384;
  const alongV = Math.abs(dy * a.frame.cos - dx * a.frame.sin) / 16384;
  const cos = Math.abs(a.frame.cos * b.frame.cos + a.frame.sin * b.frame.sin) / 268435456;
  const sin = Math.abs(a.frame.cos * b.frame.sin - a.frame.sin * b.frame.cos) / 268435456;
  const reachU = b.halfU * cos + b.halfV * sin;
  const reachV = b.halfU * sin + b.halfV * cos;
  return alongU > a.halfU + reachU + gap || alongV > a.halfV + reachV + gap;
}

/** Shapes of a footprint, each for an outer rectangle of the given half sizes. */
export function rectangle(halfU: number, halfV: number): Pick<Building, 'wings' | 'rings' | 'halfU' | 'halfV'> {
  return { wings: [{ u: 0, v: 0, halfU, halfV }], rings: [corners(halfU, halfV)], halfU, halfV };
}

/** An L: a wing along the whole of one long side and a shorter one at its end (`flip` mirrors it). */
export function angled(
  halfU: number,
  halfV: number,
  depth: number,
  flip: 1 | -1,
): Pick<Building, 'wings' | 'rings' | 'halfU' | 'halfV'> {
  const inner = -halfV + 2 * depth;
  const at = (u: number, v: number): Point => ({ x: u * flip, y: v });
  const ring = [
    at(-halfU, -halfV),
    at(halfU, -halfV),
    at(halfU, inner),
    at(-halfU + 2 * depth, inner),
    at(-halfU + 2 * depth, halfV),
    at(-halfU, halfV),
  ];
  return {
    wings: [
      { u: 0, v: -halfV + depth, halfU, halfV: depth },
      { u: (-halfU + depth) * flip, v: 0, halfU: depth, halfV },
    ],
    // Clockwise in pixels, like the other shapes; the mirror turned it round.
    rings: [flip === 1 ? ring : ring.reverse()],
    halfU,
    halfV,
  };
}

/** Four wings around a courtyard. */
export function courtyard(
  halfU: number,
  halfV: number,
  depth: number,
): Pick<Building, 'wings' | 'rings' | 'halfU' | 'halfV'> {
  return {
    wings: [
      { u: -halfU + depth, v: 0, halfU: depth, halfV },
      { u: halfU - depth, v: 0, halfU: depth, halfV },
      { u: 0, v: -halfV + depth, halfU, halfV: depth },
      { u: 0, v: halfV - depth, halfU, halfV: depth },
    ],
    rings: [corners(halfU, halfV), corners(halfU - 2 * depth, halfV - 2 * depth).reverse()],
    halfU,
    halfV,
  };
}

function corners(halfU: number, halfV: number): Point[] {
  return [
    { x: -halfU, y: -halfV },
    { x: halfU, y: -halfV },
    { x: halfU, y: halfV },
    { x: -halfU, y: halfV },
  ];
}
