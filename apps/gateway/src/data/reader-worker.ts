import { ImageryReader } from '../imagery/reader.ts';
import type { DatasetMap } from '@cairn/contracts';
import { serve } from '@cairn/threads';
import type { DatasetFile } from './chips.ts';
import { type DatasetFacts, readDataset } from './dataset.ts';
import { compareLabels, type LabelChanges } from './label-changes.ts';
import { readMap } from './dataset-map.ts';
import { type ExampleChip, type HeldOut, readExampleChips } from './example-chips.ts';
import { type Converted, convertOsm } from './osm/outlines.ts';

/** What the thread offers. */
export interface DatasetReader {
  /** See `readDataset`. */
  read(files: readonly DatasetFile[]): Promise<DatasetFacts>;
  /** See `convertOsm`. */
  convert(file: string): Promise<Converted>;
  /** See `compareLabels`. */
  compare(before: string, after: string): Promise<LabelChanges>;
  /** See `readMap`. */
  map(files: readonly DatasetFile[]): Promise<DatasetMap>;
  /** See `readExampleChips`. */
  examples(files: readonly DatasetFile[], asked: { heldOut: HeldOut | null; most: number }): Promise<ExampleChip[]>;
}

const reader = new ImageryReader({ cacheBytes: 16 * 1024 * 1024 });
serve<DatasetReader>({
  read: (files) => readDataset(files, reader),
  convert: convertOsm,
  compare: compareLabels,
  map: (files) => readMap(files, reader),
  examples: (files, asked) => readExampleChips(files, asked, reader),
});
