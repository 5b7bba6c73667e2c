/**
 * What roofs are made of: a painter for each kind, called for each pixel of a wing.
 *
 * Lengths are sixteenths of a pixel in the wing's own frame: `along` runs with the ridge, `across` over it.
 */
import type { RoofKind } from './building.ts';
import type { Colour } from './canvas.ts';
import { clamp } from './integer.ts';
import { grain } from './noise.ts';
import { wave } from './wave.ts';

/** Where a pixel lies on a roof, and what the painter answers. One object is used for all pixels. */
export interface Spot {
  along: number;
  across: number;
  halfLength: number;
  halfWidth: number;
  /** Component of the sun's direction (scaled by 2^8) on the two axes. */
  sunAlong: number;
  sunAcross: number;
  /** Smooth noise at the pixel, lattices of 4, 8 and 16 pixels. */
  fine: number;
  small: number;
  medium: number;
  tone: number;
  red: number;
  green: number;
  blue: number;
  slope: number;
}

type Painter = (spot: Spot) => void;

const CONCRETE: readonly Colour[] = [
  [178, 174, 164],
  [162, 158, 150],
  [194, 188, 174],
  [146, 143, 136],
  [188, 172, 156],
  [170, 160, 142],
  [200, 198, 192],
  [154, 140, 126],
];
const METAL: readonly Colour[] = [
  [172, 178, 182],
  [150, 156, 160],
  [190, 194, 194],
  [136, 140, 142],
  [162, 160, 152],
  [204, 208, 210],
];
const BLUES: readonly Colour[] = [
  [66, 122, 178],
  [52, 100, 158],
  [92, 146, 192],
  [80, 118, 150],
];
const REDS: readonly Colour[] = [
  [166, 74, 64],
  [146, 62, 52],
  [186, 96, 82],
  [132, 70, 60],
];
const RUSTS: readonly Colour[] = [
  [134, 92, 66],
  [118, 84, 64],
  [150, 110, 82],
];
const TILES: readonly Colour[] = [
  [166, 100, 74],
  [148, 88, 66],
  [178, 118, 90],
  [132, 86, 70],
  [122, 106, 96],
];
const TARPS: readonly Colour[] = [
  [44, 96, 176],
  [54, 118, 190],
  [206, 190, 92],
  [60, 128, 96],
  [214, 214, 208],
];

export const PAINTERS: Record<RoofKind, Painter> = {
  concrete: flat,
  metal: (spot) => sheets(spot, METAL, 26),
  'blue metal': (spot) => sheets(spot, BLUES, 18),
  'red metal': (spot) => sheets(spot, REDS, 20),
  'rusted metal': (spot) => sheets(spot, RUSTS, 150),
  tiles: tiled,
  thatch: thatched,
  tarpaulin: draped,
  'under construction': unfinished,
};

/** A terrace with a parapet, stains, and the parapet's shadow on the sunny sides. */
function flat(spot: Spot): void {
  const stain = ((spot.medium - 128) >> 2) + ((spot.small - 128) >> 3) + ((spot.fine - 128) >> 4);
  paint(spot, pick(CONCRETE, spot.tone), stain, 256);
  const toRim = rim(spot);
  if (toRim < 22) {
    lighten(spot, 22);
    return;
  }
  // Of two opposite rims the one towards the sun throws the shadow.
  const sunward = Math.min(
    spot.halfLength - (spot.sunAlong > 0 ? spot.along : -spot.along) + (Math.abs(spot.sunAlong) < 60 ? 200 : 0),
    spot.halfWidth - (spot.sunAcross > 0 ? spot.across : -spot.across) + (Math.abs(spot.sunAcross) < 60 ? 200 : 0),
  );
  if (sunward < 22 + 34) lighten(spot, -46);
  // Slab joints and damp patches.
  if (spot.tone & 1024 && Math.abs(spot.along - spot.halfLength / 3) < 7) lighten(spot, -18);
  if (spot.tone & 2048 && spot.medium + spot.small > 310) lighten(spot, -26);
}

/** Corrugated sheets on two slopes, or on one for lean-tos; each sheet a little different, with rust. */
function sheets(spot: Spot, colours: readonly Colour[], rust: number): void {
  const leanTo = spot.halfWidth < 110 || (spot.tone & 7) === 0;
  const side = leanTo ? (spot.tone & 8 ? 1 : -1) : spot.across < 0 ? -1 : 1;
  const sheet = grain(spot.tone, (spot.along + 4096) >> 8, (spot.across + 4096) >> 9);
  const ribs = wave((spot.along * 128) / 52) >> 4;
  paint(spot, pick(colours, spot.tone), ribs + ((sheet - 128) >> 3) + ((spot.fine - 128) >> 4), 256);
  const worn = (spot.tone >>> 12) & 63;
  const rusted = clamp(spot.medium + spot.small + (sheet >> 1) + rust + worn - 440, 0, 150);
  if (rusted > 0) tint(spot, 124, 82, 58, rusted);
  spot.slope = 256 + ((side * spot.sunAcross * (leanTo ? 30 : 74)) >> 8);
  if (!leanTo && Math.abs(spot.across) < 11) lighten(spot, 16);
  if (rim(spot) < 12) lighten(spot, -14);
}

/** Tiles on four slopes, in courses parallel to the eaves. */
function tiled(spot: Spot): void {
  const toEnd = spot.halfLength - Math.abs(spot.along);
  const toEave = spot.halfWidth - Math.abs(spot.across);
  const hip = toEnd < toEave;
  const course = wave((Math.min(toEnd, toEave) * 128) / 44) >> 4;
  const row = Math.min(toEnd, toEave) >> 6;
  const piece = (grain(spot.tone, row, (hip ? spot.across : spot.along) >> 6) - 128) >> 3;
  paint(spot, pick(TILES, spot.tone), course + piece + ((spot.medium - 128) >> 3), 256);
  if (spot.small + spot.medium > 320) tint(spot, 92, 84, 66, 70);
  const facing = hip
    ? spot.along < 0
      ? -spot.sunAlong
      : spot.sunAlong
    : spot.across < 0
      ? -spot.sunAcross
      : spot.sunAcross;
  spot.slope = 256 + ((facing * 88) >> 8);
  if (Math.abs(toEnd - toEave) < 10 || Math.abs(spot.across) < 9) lighten(spot, 14);
}

/** Straw, rough and without lines. */
function thatched(spot: Spot): void {
  const straw = grain(spot.tone, spot.along >> 4, spot.across >> 6);
  const light = ((straw - 128) >> 3) + ((spot.small - 128) >> 3);
  paint(spot, spot.tone & 64 ? [152, 130, 92] : [124, 108, 82], light, 256);
  spot.slope = 256 + (((spot.across < 0 ? -spot.sunAcross : spot.sunAcross) * 72) >> 8);
}

/** A sheet of plastic with folds, weighed down with stones. */
function draped(spot: Spot): void {
  const fold = ((spot.fine - 128) >> 2) + ((spot.small - 128) >> 3);
  paint(spot, pick(TARPS, spot.tone), fold >> 1, 256);
  spot.slope = 256 + (((spot.across < 0 ? -spot.sunAcross : spot.sunAcross) * 40) >> 8) + fold;
  if (grain(spot.tone, spot.along >> 5, spot.across >> 5) > 247) paint(spot, [120, 112, 100], 0, 230);
}

/** A slab with the stumps of columns, or open rooms between raw walls. */
function unfinished(spot: Spot): void {
  const rooms = (spot.tone & 16) !== 0;
  const cellA = (spot.along + 8192) % 176;
  const cellB = (spot.across + 8192) % 160;
  if (rooms) {
    const wall = rim(spot) < 26 || cellA < 26 || cellB < 26;
    if (wall) paint(spot, [172, 128, 104], (spot.fine - 128) >> 3, 256);
    else paint(spot, [132, 116, 98], ((spot.small - 128) >> 2) - (cellA < 70 || cellB < 60 ? 34 : 0), 240);
    return;
  }
  paint(spot, [158, 154, 144], ((spot.medium - 128) >> 3) + ((spot.fine - 128) >> 3), 256);
  if (cellA < 30 && cellB < 30) lighten(spot, -62);
  else if (cellA < 44 && cellB < 44) lighten(spot, 24);
  if (spot.small > 168 && spot.medium > 140) tint(spot, 176, 146, 110, 150);
}

function rim(spot: Spot): number {
  return Math.min(spot.halfLength - Math.abs(spot.along), spot.halfWidth - Math.abs(spot.across));
}

function pick(colours: readonly Colour[], tone: number): Colour {
  return colours[(tone >>> 20) % colours.length]!;
}

function paint(spot: Spot, colour: Colour, light: number, slope: number): void {
  const own = ((spot.tone >>> 6) & 15) - 8;
  spot.red = colour[0] + light + own;
  spot.green = colour[1] + light + own;
  spot.blue = colour[2] + light + own;
  spot.slope = slope;
}

function lighten(spot: Spot, by: number): void {
  spot.red += by;
  spot.green += by;
  spot.blue += by;
}

function tint(spot: Spot, red: number, green: number, blue: number, cover: number): void {
  spot.red += ((red - spot.red) * cover) >> 8;
  spot.green += ((green - spot.green) * cover) >> 8;
  spot.blue += ((blue - spot.blue) * cover) >> 8;
}
