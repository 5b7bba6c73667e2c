/**
 * The invented place: one endless plane of pixels of 0.3 m, of which a scene is a window.
 *
 * Positions are world pixels (x to the east, y to the south; the first town's middle is 0, 0) or, where a name says
 * `sub`, sixteenths of a pixel. Everything follows from the seed and a position, so that any window can be drawn alone.
 */
import { clamp, hash, squareRoot } from './integer.ts';
import { fineNoiseAt, noiseAt } from './noise.ts';

/** Sixteenths of a pixel, the unit of all drawn geometry. */
export const SUB = 16;

/** Ground sample distance in metres, as the exact ratio of centimetres to 100. */
export const GSD = 0.3;

/** Width of the square that holds one town, in pixels (about 2.7 km). */
const TOWN_SPACING = 9000;

/** Distance between streams, in pixels. */
const STREAM_SPACING = 2900;

/** How built-up the place is at a world pixel: 10 (open country) to 255 (the middle of a town). */
export function density(seed: number, x: number, y: number): number {
  const column = Math.floor((x + TOWN_SPACING / 2) / TOWN_SPACING);
  const row = Math.floor((y + TOWN_SPACING / 2) / TOWN_SPACING);
  let built = 0;
  for (let q = row - 1; q <= row + 1; q++) {
    for (let p = column - 1; p <= column + 1; p++) {
      const town = townAt(seed, p, q);
      const dx = x - town.x;
      const dy = y - town.y;
      const far = squareRoot(dx * dx + dy * dy);
      built = Math.max(built, 300 - Math.floor((far * 255) / town.radius));
    }
  }
  const patchy = (noiseAt(seed ^ 0x51ed, x, y, 9) - 128) >> 1;
  return clamp(built + Math.floor((patchy * clamp(built + 40, 0, 255)) / 200), 10, 255);
}

interface Town {
  x: number;
  y: number;
  radius: number;
}

function townAt(seed: number, p: number, q: number): Town {
  if (p === 0 && q === 0) return { x: 0, y: 0, radius: 2500 };
  const h = hash(seed ^ 0x70c4, p, q);
  return {
    x: p * TOWN_SPACING + (((h & 4095) - 2048) | 0),
    y: q * TOWN_SPACING + ((((h >>> 12) & 4095) - 2048) | 0),
    radius: 1200 + ((h >>> 24) << 3),
  };
}

/** Distance in pixels from a world pixel to the water's edge of the nearest stream: negative in the water. */
export function streamDistance(seed: number, x: number, y: number): number {
  const column = Math.round((x - 1450) / STREAM_SPACING);
  let nearest = 32767;
  for (let k = column - 1; k <= column + 1; k++) {
    const bends = (fineNoiseAt(seed ^ 0x57a1, k * 7919, y, 10) - 32768) * 5;
    const meanders = (fineNoiseAt(seed ^ 0x57a2, k * 7919, y, 7) - 32768) >> 1;
    const middle = 1450 + k * STREAM_SPACING + ((bends + meanders) >> 8);
    const halfWidth = 9 + (noiseAt(seed ^ 0x57a3, k * 7919, y, 6) >> 5);
    nearest = Math.min(nearest, Math.abs(x - middle) - halfWidth);
  }
  return nearest;
}
