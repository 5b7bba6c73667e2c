import { open, type FileHandle } from 'node:fs/promises';
import { Manifest } from '@cairn/receipt';
import { diskFull } from '../imagery/fault.ts';
import type { BuildingText } from './outlines.ts';

interface Place {
  id: string;
  position: number;
  length: number;
}

/** Buildings in a temporary file in the order in which they were found; read again in the order of their ids. */
export class BuildingFile {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #places: Place[] = [];
  readonly #manifest = new Manifest();
  readonly #bbox = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  #end = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens a new file; what was in it is gone. */
  static async open(path: string): Promise<BuildingFile> {
    return new BuildingFile(await open(path, 'w+'), path);
  }

  /** Buildings so far. */
  get count(): number {
    return this.#places.length;
  }

  /** The manifest of the buildings so far. */
  get manifest(): Pick<Manifest, 'digest' | 'text' | 'count'> {
    return this.#manifest;
  }

  /** West, south, east, north around the buildings; undefined where there are none. */
  get bbox(): [number, number, number, number] | undefined {
    const { west, south, east, north } = this.#bbox;
    return this.count === 0 ? undefined : [west, south, east, north];
  }

  /** Adds buildings. @throws CairnError `disk-full`. */
  async append(buildings: readonly BuildingText[]): Promise<void> {
    if (buildings.length === 0) return;
    const pieces: Buffer[] = [];
    for (const { id, json } of buildings) {
      const feature = JSON.parse(json) as { geometry: { coordinates: [number, number][][] } };
      this.#manifest.add(feature);
      for (const [lon, lat] of feature.geometry.coordinates[0]!) this.#extend(lon, lat);
      const bytes = Buffer.from(json);
      this.#places.push({ id, position: this.#end, length: bytes.length });
      this.#end += bytes.length;
      pieces.push(bytes);
    }
    await this.#file.appendFile(Buffer.concat(pieces)).catch((error: unknown) => {
      throw diskFull(this.#path, error);
    });
  }

  /** The GeoJSON texts by id. */
  async *sorted(): AsyncGenerator<Buffer> {
    const places = [...this.#places].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { position, length } of places) {
      const bytes = Buffer.alloc(length);
      await this.#file.read(bytes, 0, length, position);
      yield bytes;
    }
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #extend(lon: number, lat: number): void {
    const box = this.#bbox;
    box.west = Math.min(box.west, lon);
    box.east = Math.max(box.east, lon);
    box.south = Math.min(box.south, lat);
    box.north = Math.max(box.north, lat);
  }
}
