import { ImageryReader } from '../imagery/reader.ts';
import { serve } from '@cairn/threads';
import type { DatasetFile } from './chips.ts';
import { type DatasetFacts, readDataset } from './dataset.ts';
import { compareLabels, type LabelChanges } from './label-changes.ts';
import { type Converted, convertOsm } from './osm/outlines.ts';

/** What the thread offers. */
export interface DatasetReader {
  /** See `readDataset`. */
  read(files: readonly DatasetFile[]): Promise<DatasetFacts>;
  /** See `convertOsm`. */
  convert(file: string): Promise<Converted>;
  /** See `compareLabels`. */
  compare(before: string, after: string): Promise<LabelChanges>;
}

const reader = new ImageryReader({ cacheBytes: 16 * 1024 * 1024 });
serve<DatasetReader>({ read: (files) => readDataset(files, reader), convert: convertOsm, compare: compareLabels });
