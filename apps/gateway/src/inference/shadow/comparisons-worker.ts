import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openCollection } from '@cairn/export/file';
import { serve } from '@cairn/threads';
import type { FigureColumns } from '../../registry/comparison-row.ts';
import { ringsOfCoordinates } from '@cairn/geo';
import { type Ground, judge, type Judged } from '../examples/judge.ts';
import { Comparison, type FoundFeature } from './compare.ts';

/** Compares what versions found with what was answered or labelled, off the event loop. */
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
    for await (const feature of logged(shadow)) comparison.addShadow(feature);
    return comparison.figures();
  },

  /**
   * @param found where a log of the features that were found on a chip lies, a line each
   * @param classes those that count
   * @param labels rings of 1e-7 degree
   */
  async judge(found: string, classes: string[], labels: number[][][], ground: Ground): Promise<Judged> {
    const features: FoundFeature[] = [];
    for await (const feature of logged(found)) if (classes.includes(feature.properties.class)) features.push(feature);
    // In an order of their own, whatever the blocks were.
    features.sort((a, b) => (a.id < b.id ? -1 : 1));
    return judge(
      features.map(({ geometry }) => ringsOfCoordinates(geometry.coordinates)),
      labels,
      ground,
    );
  },
};

/** The features of a log; its first line is the name of its series. */
async function* logged(log: string): AsyncGenerator<FoundFeature> {
  const input = createReadStream(log, { highWaterMark: 256 * 1024 });
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.startsWith('{')) yield JSON.parse(line) as FoundFeature;
  }
}

/** The methods that the thread offers. */
export type ComparisonService = typeof service;

serve<ComparisonService>(service);
