import { join } from 'node:path';
import type { Digest } from '@cairn/receipt';
import { BuildingIndex } from './building-index.ts';
import { FeatureLog } from './feature-log.ts';
import type { BuildingText } from './outlines.ts';

/** The buildings of a prediction, in the log of its job as they are found; read again in the order of their ids. */
export class BuildingFile {
  readonly #log: FeatureLog;
  readonly #index: BuildingIndex;
  readonly #bbox = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };

  private constructor(log: FeatureLog, index: BuildingIndex) {
    this.#log = log;
    this.#index = index;
  }

  /**
   * Opens the log of a job's buildings, which an earlier attempt may have begun.
   * @param folder where the job works
   * @throws CairnError `disk-full`
   */
  static async open(log: string, folder: string): Promise<BuildingFile> {
    const index = await BuildingIndex.open(join(folder, 'index'));
    try {
      return new BuildingFile(await FeatureLog.open(log), index);
    } catch (error) {
      await index.close();
      throw error;
    }
  }

  /** Buildings so far. */
  get count(): number {
    return this.#index.count;
  }

  /** West, south, east, north around the buildings; undefined where there are none. */
  get bbox(): [number, number, number, number] | undefined {
    const { west, south, east, north } = this.#bbox;
    return this.count === 0 ? undefined : [west, south, east, north];
  }

  /** The digest of the buildings' manifest. */
  manifest(): Promise<Digest> {
    return this.#index.manifest();
  }

  /** Adds buildings. @throws CairnError `disk-full`. */
  async append(buildings: readonly BuildingText[]): Promise<void> {
    if (buildings.length === 0) return;
    const lines = buildings.map(({ json }) => Buffer.from(json));
    let position = await this.#log.add(lines);
    for (const [i, { line, bbox }] of buildings.entries()) {
      const { length } = lines[i]!;
      await this.#index.add(line, { position, length });
      this.#extend(bbox);
      position += length + 1;
    }
  }

  /** Drops what only an earlier attempt of the job has found. */
  async finish(): Promise<void> {
    await this.#log.finish();
  }

  /** The GeoJSON texts by id. */
  async *sorted(): AsyncGenerator<Buffer> {
    for await (const { position, length } of this.#index.places()) yield await this.#log.read(position, length);
  }

  /** Closes the files; the log stays. */
  async close(): Promise<void> {
    await this.#log.close();
    await this.#index.close();
  }

  #extend([west, south, east, north]: BuildingText['bbox']): void {
    const box = this.#bbox;
    box.west = Math.min(box.west, west);
    box.south = Math.min(box.south, south);
    box.east = Math.max(box.east, east);
    box.north = Math.max(box.north, north);
  }
}
