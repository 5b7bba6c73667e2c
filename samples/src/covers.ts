/**
 * What grows or lies on a parcel of land.
 */
import type { Colour } from './canvas.ts';

export interface Cover {
  /** Colours between which noise mixes. */
  from: Colour;
  to: Colour;
  /** How deep furrows are drawn; 0 for none. */
  furrow: number;
  /** Of 100 places for a tree, how many have one; and of 100 for a bush. */
  trees: number;
  bushes: number;
}

const YARD: Cover = { from: [150, 128, 102], to: [184, 164, 134], furrow: 0, trees: 14, bushes: 10 };
const PAVED: Cover = { from: [150, 147, 138], to: [172, 168, 158], furrow: 0, trees: 4, bushes: 2 };
const GRASS: Cover = { from: [92, 104, 60], to: [136, 134, 88], furrow: 0, trees: 20, bushes: 22 };
const GARDEN: Cover = { from: [68, 84, 52], to: [106, 114, 70], furrow: 5, trees: 34, bushes: 45 };
const CROP: Cover = { from: [88, 110, 62], to: [114, 132, 78], furrow: 12, trees: 2, bushes: 1 };
const YOUNG: Cover = { from: [122, 128, 76], to: [140, 142, 88], furrow: 15, trees: 2, bushes: 1 };
const PLOUGHED: Cover = { from: [122, 94, 70], to: [144, 114, 86], furrow: 14, trees: 1, bushes: 0 };
const STUBBLE: Cover = { from: [166, 148, 100], to: [186, 168, 118], furrow: 8, trees: 1, bushes: 0 };
const PADDY: Cover = { from: [88, 106, 74], to: [108, 124, 88], furrow: 0, trees: 1, bushes: 0 };
const FALLOW: Cover = { from: [138, 124, 88], to: [156, 142, 104], furrow: 0, trees: 8, bushes: 14 };
const GROVE: Cover = { from: [58, 76, 42], to: [92, 100, 58], furrow: 0, trees: 85, bushes: 70 };

export const TOWN = mixture([YARD, 48], [GRASS, 18], [PAVED, 9], [GARDEN, 25]);
export const PATCHES = mixture([YARD, 45], [GRASS, 35], [FALLOW, 20]);
export const SUBURB = mixture([YARD, 24], [GRASS, 24], [GARDEN, 24], [FALLOW, 14], [CROP, 10], [GROVE, 4]);
export const COUNTRY = mixture(
  [CROP, 26],
  [YOUNG, 14],
  [PLOUGHED, 17],
  [STUBBLE, 12],
  [PADDY, 10],
  [GRASS, 6],
  [FALLOW, 9],
  [GROVE, 6],
);

function mixture(...choices: (readonly [Cover, number])[]): readonly (readonly [Cover, number])[] {
  return choices;
}
