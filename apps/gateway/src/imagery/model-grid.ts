import { lonLatOfPixel, measure, unitsOf, type Georeference } from '@cairn/geo';
import { unsupported } from './fault.ts';

/** An image's pixels as a model wants them: at its own resolution, anchored to the image's top left corner. */
export interface ModelGrid extends Georeference {
  width: number;
  height: number;
  /** Native pixels along the edge of one pixel of the grid: 1 or more a whole number, or any ratio. */
  scale: number;
}

/** How far the wanted resolution may be from a multiple of the native one for boxes of whole pixels to be taken. */
const tolerance = 0.15;

/** Imagery coarser than this many times the model's resolution shows no buildings to it. */
const coarsest = 3;

/** Metres on the ground (WGS 84 geodesic) along one pixel's row at the image's centre. */
export function groundResolution(georeference: Georeference, width: number, height: number): number {
  const reach = 500;
  const [west, east] = [-reach, reach].map((offset) =>
    lonLatOfPixel(georeference, width / 2 + offset, height / 2).map(unitsOf),
  ) as [number[], number[]];
  return measure([[...west, ...east]]).perimeter / 2 / (2 * reach);
}

/**
 * The grid on which a model reads an image. One of its pixels is the mean of a box of n × n native pixels where n times
 * the native resolution is within 15 % of the model's, so that no pixel is torn; else of a box of the exact ratio.
 * @param gsd the model's resolution in metres a pixel
 * @throws CairnError `imagery-unsupported` where the imagery is far coarser than the model's resolution.
 */
export function modelGrid(image: { width: number; height: number; reference: Georeference }, gsd: number): ModelGrid {
  const { width, height, reference } = image;
  const native = groundResolution(reference, width, height);
  const ratio = gsd / native;
  if (!Number.isFinite(ratio) || ratio * coarsest < 1) {
    throw unsupported(
      `has ${native.toFixed(2)} m a pixel, too coarse for a model of ${gsd.toFixed(2)} m`,
      'ModelPixelScale',
      'Use imagery of a finer resolution, or a model trained for this one.',
    );
  }
  const whole = Math.max(1, Math.round(ratio));
  const scale = Math.abs(ratio - whole) / whole <= tolerance ? whole : ratio;
  const [x, px, , y, , py] = reference.transform;
  return {
    crs: reference.crs,
    transform: [x, px * scale, 0, y, 0, py * scale],
    // A rest smaller than a pixel of the grid, at the right and below, is left out.
    width: Math.max(1, Math.floor(width / scale + 1e-9)),
    height: Math.max(1, Math.floor(height / scale + 1e-9)),
    scale,
  };
}
