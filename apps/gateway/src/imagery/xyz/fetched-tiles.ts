import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Digest } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';

const place = { x: Type.Integer(), y: Type.Integer() };
const Held = Type.Object({
  ...place,
  digest: Digest,
  extension: Type.Union([Type.Literal('png'), Type.Literal('jpg'), Type.Literal('webp')]),
  edge: Type.Integer({ minimum: 1 }),
});
const Gap = Type.Object({ ...place, gap: Type.Union([Type.Literal('missing'), Type.Literal('transparent')]) });
const FetchedTile = Type.Union([Held, Gap]);

/** A tile that is in the object store. */
export type HeldTile = Static<typeof Held>;
/** What a server answered for a tile: bytes that are in the object store, or nothing that could be seen. */
export type FetchedTile = Static<typeof FetchedTile>;

/**
 * What a job has fetched so far, a line a tile in a file of its work folder: an attempt that follows a killed one goes on
 * from there.
 */
export class FetchedTiles {
  readonly #file: FileHandle;
  readonly #tiles: Map<string, FetchedTile>;
  #written: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, tiles: Map<string, FetchedTile>) {
    this.#file = file;
    this.#tiles = tiles;
  }

  /** Opens a file of the kind, or begins one. Lines that a kill cut off are passed over: their tiles are fetched again. */
  static async open(path: string): Promise<FetchedTiles> {
    await mkdir(dirname(path), { recursive: true });
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    const file = await open(path, 'a');
    if (text !== '' && !text.endsWith('\n')) await file.write('\n');
    const tiles = text.split('\n').flatMap(readLine);
    return new FetchedTiles(file, new Map(tiles.map((tile) => [keyOf(tile), tile])));
  }

  /** What is known of a tile. */
  get(tile: { x: number; y: number }): FetchedTile | undefined {
    return this.#tiles.get(keyOf(tile));
  }

  /** Writes a tile down. Lines are written whole and one after the other, whoever calls. */
  async add(tile: FetchedTile): Promise<void> {
    this.#tiles.set(keyOf(tile), tile);
    this.#written = this.#written.then(() => this.#file.appendFile(`${JSON.stringify(tile)}\n`));
    await this.#written;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function readLine(line: string): FetchedTile[] {
  try {
    const value: unknown = JSON.parse(line);
    return Value.Check(FetchedTile, value) ? [value] : [];
  } catch {
    return [];
  }
}

function keyOf({ x, y }: { x: number; y: number }): string {
  return `${x}/${y}`;
}
