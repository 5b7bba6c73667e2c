import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openCollection } from '@cairn/export/file';
import { serve } from '@cairn/threads';
import type { FigureColumns } from '../../registry/comparison-row.ts';
import { Comparison, type FoundFeature } from './compare.ts';

/** Compares what shadows found, off the event loop. */
const service = {
  /**
   * @param answered where the GeoJSON of a prediction lies
   * @param shadow where a log of the features that a shadow found lies, a line each
   */
  async compare(answered: string, shadow: string): Promise<FigureColumns> {
    const comparison = new Comparison();
    for await (const feature of (await openCollection(answered)).features()) {
      comparison.addAnswered(feature as unknown as FoundFeature);
    }
    const input = createReadStream(shadow, { highWaterMark: 256 * 1024 });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      // The first line is the name of the log's series.
      if (line.startsWith('{')) comparison.addShadow(JSON.parse(line) as FoundFeature);
    }
    return comparison.figures();
  },
};

/** The methods that the thread offers. */
export type ComparisonService = typeof service;

serve<ComparisonService>(service);
