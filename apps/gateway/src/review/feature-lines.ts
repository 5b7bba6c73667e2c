import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';

/** A prediction's GeoJSON line by line, as `featureCollection` writes it: a feature with its id, or what stands around them. */
export type FeatureLine = { id: string; json: string } | { end: string };

/** Reads the features of a prediction one by one, without the comma between them, then the members behind them. */
export async function* featureLines(geojson: Readable): AsyncGenerator<FeatureLine> {
  try {
    for await (const line of createInterface({ input: geojson, crlfDelay: Infinity })) {
      const id = /^\{"type":"Feature","id":"([0-9a-f]+)"/.exec(line)?.[1];
      if (id !== undefined) yield { id, json: line.replace(/,$/, '') };
      else if (line.startsWith(']')) yield { end: line };
    }
  } finally {
    geojson.destroy();
  }
}
