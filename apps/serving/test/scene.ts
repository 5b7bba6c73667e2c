import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { graphTensors, type BlockParameters, type Tensor } from '@cairn/contracts';
import { pack, tensorOf } from '../src/block.ts';
import { paddedSize, type WindowLayout } from '../src/windows.ts';

/** A network that calls bright pixels buildings; its answer depends on the phase of a grid of 4 pixels. */
export const brightness = fixture('brightness.onnx');
/** A network that answers NaN for black pixels. */
export const notANumber = fixture('not-a-number.onnx');

/** The layout of the tests: small, so that a block has many windows. */
export const layout: WindowLayout & { stride: number } = { window: 64, halo: 16, stride: 16 };

/** A picture of bright roofs on dark ground, as a function of the pixel; beyond its edges there is no data. */
export class Scene {
  readonly width: number;
  readonly height: number;
  readonly hasData: (x: number, y: number) => boolean;

  constructor(width: number, height: number, hasData: (x: number, y: number) => boolean = () => true) {
    this.width = width;
    this.height = height;
    this.hasData = hasData;
  }

  /** Grey of a pixel, 0..255. */
  grey(x: number, y: number): number {
    const roof = (Math.imul(x >> 4, 7) + Math.imul(y >> 4, 13)) % 5 < 2;
    return (roof ? 190 : 40) + (Math.imul(x * 31 + y * 17, 2654435761) >>> 27);
  }

  /** RGBA of a box that may pass the edges. */
  rgba(left: number, top: number, width: number, height: number): Uint8Array {
    const bytes = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [px, py] = [left + x, top + y];
        if (px < 0 || py < 0 || px >= this.width || py >= this.height || !this.hasData(px, py)) continue;
        bytes.set([this.grey(px, py), this.grey(px, py), this.grey(px, py), 255], (y * width + x) * 4);
      }
    }
    return bytes;
  }

  /** The request for the block whose core begins at a place and has at most `size` pixels. */
  async request(x0: number, y0: number, size: number, threshold = 0.5): Promise<{ inputs: Tensor[] }> {
    const place: BlockParameters = {
      originX: x0 - layout.halo,
      originY: y0 - layout.halo,
      coreX0: x0,
      coreY0: y0,
      coreX1: Math.min(x0 + size, this.width),
      coreY1: Math.min(y0 + size, this.height),
      threshold,
    };
    const { width, height } = paddedSize(place, layout);
    const image = await pack(this.rgba(place.originX, place.originY, width, height));
    return { inputs: [tensorOf(graphTensors.image, place, [image])] };
  }
}

function fixture(name: string): { file: string; digest: string } {
  const file = fileURLToPath(new URL(`fixture/${name}`, import.meta.url));
  return { file, digest: `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}` };
}
