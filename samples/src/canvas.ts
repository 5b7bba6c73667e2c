/**
 * What is drawn on: a window of the place with colour, slope, height and shadow for every pixel.
 */
import { noiseField } from './noise.ts';

export type Colour = readonly [red: number, green: number, blue: number];

export class Canvas {
  readonly x0: number;
  readonly y0: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** Colour in even light, 0..255. */
  readonly red: Int16Array;
  readonly green: Int16Array;
  readonly blue: Int16Array;
  /** Sunlight that the surface's slope gathers; 256 is a level one. */
  readonly slope: Int16Array;
  /** Height above the ground in decimetres. */
  readonly level: Uint8Array;
  /** Shadow, 0 (sunlit) to 255. */
  readonly shadow: Uint8Array;
  /** Smooth noise, finest first: lattices of 4, 8, 16, 64 and 256 pixels. */
  readonly noise: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

  /** A window of `width` x `height` world pixels whose north-west pixel is (x0, y0). */
  constructor(seed: number, x0: number, y0: number, width: number, height: number) {
    this.seed = seed;
    this.x0 = x0;
    this.y0 = y0;
    this.width = width;
    this.height = height;
    const pixels = width * height;
    this.red = new Int16Array(pixels);
    this.green = new Int16Array(pixels);
    this.blue = new Int16Array(pixels);
    this.slope = new Int16Array(pixels).fill(256);
    this.level = new Uint8Array(pixels);
    this.shadow = new Uint8Array(pixels);
    const field = (salt: number, shift: number): Uint8Array => noiseField(seed ^ salt, x0, y0, width, height, shift);
    this.noise = [field(0xa1, 2), field(0xa2, 3), field(0xa3, 4), field(0xa4, 6), field(0xa5, 8)];
  }

  /** Lays a colour over pixel `index`; `cover` is 0 (nothing) to 256 (all of it). */
  blend(index: number, red: number, green: number, blue: number, cover: number): void {
    this.red[index]! += ((red - this.red[index]!) * cover) >> 8;
    this.green[index]! += ((green - this.green[index]!) * cover) >> 8;
    this.blue[index]! += ((blue - this.blue[index]!) * cover) >> 8;
  }

  /** The part of this window (pixels) within `reach` pixels around a point given in sixteenths; maybe empty. */
  around(x: number, y: number, reach: number): { left: number; top: number; right: number; bottom: number } {
    return {
      left: Math.max(this.x0, (x >> 4) - reach),
      top: Math.max(this.y0, (y >> 4) - reach),
      right: Math.min(this.x0 + this.width - 1, (x >> 4) + reach),
      bottom: Math.min(this.y0 + this.height - 1, (y >> 4) + reach),
    };
  }
}
