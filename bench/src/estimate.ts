import { amounts, type Comparison } from './comparison.ts';
import type { BenchImage, Workshop } from './workshop.ts';

const model = 'building-detector/1';

/** A part of an image: west, south, east, north as shares of its width and height. */
type Part = readonly [west: number, south: number, east: number, north: number];

/**
 * What predictions of five areas were estimated to take beside what they then took. The first is of a model server that rests,
 * and is estimated from the one prediction of the demo.
 */
export async function estimate(workshop: Workshop): Promise<Comparison[]> {
  const client = await workshop.client();
  const [scene, image] = [await workshop.scene(), await workshop.large()];
  const within = async ({ id }: BenchImage, [west, south, east, north]: Part): Promise<Part> => {
    const { bbox } = await client.get<{ bbox: Part }>(`/stac/collections/imagery/items/${id}`);
    const at = (share: number, from: 0 | 1): number => bbox[from] + share * (bbox[(from + 2) as 2 | 3] - bbox[from]);
    return [at(west, 0), at(south, 1), at(east, 0), at(north, 1)];
  };
  const ring = ([west, south, east, north]: Part): [number, number][] => [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const hollow = {
    type: 'Polygon',
    coordinates: [
      ring(await within(image, [0.1, 0.1, 0.9, 0.9])),
      ring(await within(image, [0.3, 0.3, 0.7, 0.7])).reverse(),
    ],
  };
  const areas: [name: string, imagery: BenchImage, aoi: unknown][] = [
    ['tiny', scene, await within(scene, [0.2, 0.2, 0.3, 0.3])],
    ['a whole image', scene, undefined],
    ['a strip', image, await within(image, [0.02, 0.52, 0.98, 0.6])],
    ['with a hole', image, hollow],
    ['large', image, undefined],
  ];
  const comparisons: Comparison[] = [];
  for (const [name, { id: imagery }, aoi] of areas) {
    const inputs = { model, imagery, ...(aoi === undefined ? {} : { aoi }), minArea: 5 };
    const { seconds, tiles, blocks, learnt } = await client.estimate(inputs);
    const { seconds: taken, areaKm2 } = await client.run('predict', inputs);
    const about = `ours was estimated, peer is what it took; ${areaKm2.toFixed(3)} km², ${tiles} tiles in ${blocks} blocks, learnt from ${learnt.runs} predictions`;
    comparisons.push(amounts(`estimate, ${name}`, seconds, taken, 's', about));
  }
  return comparisons;
}
