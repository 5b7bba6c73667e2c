import type { AreaGeometry } from '../predict/area.ts';
import { pairsOf, type Pairs, shapesWithin } from './compare.ts';
import { geometryOf, readLayer } from './layer.ts';

/** What is compared: a result, with a file or with what is at an address of this gateway; in the area where it looked. */
export interface Asked {
  result: string;
  layer: File | string;
  area: AreaGeometry | undefined;
}

/** The layer as far as it lies in the area, and what is common; or why it cannot be compared. */
export type Compared = { theirs: GeoJSON.MultiPolygon[]; pairs: Pairs } | { fault: string };

// A thread of its own: reading and matching tens of thousands takes longer than a page may hold its breath.
onmessage = ({ data }: MessageEvent<Asked>): void => {
  void compare(data).then(
    (answer) => postMessage(answer),
    (error: unknown) => postMessage({ fault: error instanceof Error ? error.message : String(error) }),
  );
};

async function compare({ result, layer, area }: Asked): Promise<Compared> {
  const ours = readLayer(await textAt(result));
  const all = readLayer(typeof layer === 'string' ? await textAt(layer) : await layer.text());
  const theirs = area === undefined ? all : shapesWithin(all, readLayer(JSON.stringify(area)).flat());
  return { theirs: theirs.map(geometryOf), pairs: pairsOf(ours, theirs) };
}

async function textAt(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the gateway answers ${response.status} at ${address}`);
  return response.text();
}
