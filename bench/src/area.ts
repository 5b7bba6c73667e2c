import { join } from 'node:path';
import { type Comparison, rates } from './comparison.ts';
import { peer } from './peer.ts';
import type { Workshop } from './workshop.ts';

const model = 'building-detector/1';
/** Of both sides. */
const chosen = { threshold: 0.5, minArea: 4 };

/** What the plain pipeline tells. */
interface Piped {
  seconds: number;
  network: number;
  tiles: number;
  features: number;
}

/**
 * An image to buildings as GeoJSON, from reading the first pixel on: `predict` on a gateway that is awake, with its receipt, and
 * a plain Python pipeline. The pipeline's windows overlap by 64 pixels, as without a look at their neighbourhood buildings
 * break at the seams; a second comparison leaves even that out.
 */
export async function area(workshop: Workshop): Promise<Comparison[]> {
  const { threads, weights, folder } = workshop;
  const client = await workshop.client();
  const image = await workshop.large();
  // Wakes the model server and lets it lay out its memory, as the pipeline does with its first window: no side is timed while it
  // warms up.
  await client.run('predict', { model, imagery: image.id, threshold: 0.51 });
  const ours = await client.run('predict', { model, imagery: image.id, ...chosen });
  const piped = (overlap: number): Promise<Piped> =>
    peer('pipeline.py', [
      image.file,
      weights,
      join(folder, 'peer.geojson'),
      ...['--threads', threads, '--threshold', chosen.threshold, '--min-area', chosen.minArea, '--overlap', overlap],
    ]);
  const comparisons: Comparison[] = [];
  for (const overlap of [64, 0]) {
    const theirs = await piped(overlap);
    const about =
      `${Math.round(theirs.tiles)} tiles of 256 × 256 pixels, ${threads} threads; ours ${ours.features} buildings, seamless, with a ` +
      `receipt; rasterio, onnxruntime, shapely ${theirs.features} buildings, windows of 512 that overlap by ${overlap}, ` +
      `${(theirs.seconds / theirs.network).toFixed(2)} times its onnxruntime`;
    const name = overlap === 0 ? 'area, peer without overlap' : 'area';
    comparisons.push(rates(name, theirs.tiles / ours.seconds, theirs.tiles / theirs.seconds, 'tiles/s', about));
  }
  return comparisons;
}
