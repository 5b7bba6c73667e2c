import { join } from 'node:path';
import { CairnError, type FileSet, type TileSource } from '@cairn/contracts';
import type { Bbox, Tile } from '@cairn/geo';
import type { JobContext } from '../../jobs/process.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import { FetchedTiles, type FetchedTile, type HeldTile } from './fetched-tiles.ts';
import { TileTemplate, nameOf } from './template.ts';
import { checkBbox, tilesOf } from './tile-area.ts';
import { corrupt, readTilePicture } from './tile-picture.ts';
import type { TileServers } from './tile-servers.ts';

/** Where a set of tiles comes from, as the catalogue keeps it. */
export interface TileOrigin {
  /** The address, its query masked. */
  template: string;
  zoom: number;
  bbox: Bbox;
  /** Tiles that have data. */
  count: number;
  /** Tiles of the area that the server has no data for. */
  gaps: number;
}

/** Tiles in the object store, as chips whose names say where they lie. */
export interface TileSet {
  files: FileSet;
  origin: TileOrigin;
}

/** Tiles that are worked on at a time: it bounds the bytes that wait to be stored. */
const mostAtOnce = 4;
/** Gaps that are named in the log; of more, the number is told. */
const mostNamed = 50;

/** Brings the tiles of an area into the object store. */
export class TileSets {
  readonly #objects: ObjectStore;
  readonly #servers: TileServers;

  constructor(options: { objects: ObjectStore; servers: TileServers }) {
    this.#objects = options.objects;
    this.#servers = options.servers;
  }

  /**
   * Fetches the tiles of a source that an earlier attempt of the job has not fetched, and lists all of them.
   * @param folder the job's work folder, which keeps what was fetched until the job's end
   * @param onTile told after each tile how many of how many are there
   * @throws CairnError `input-invalid`, `tiles-unreachable`, `imagery-corrupt`, `aoi-outside-imagery` where no tile of the
   * area has data, `disk-full`; the reason of the job's signal.
   */
  async collect(
    source: TileSource,
    folder: string,
    context: Pick<JobContext, 'signal' | 'log'>,
    onTile: (done: number, all: number) => void,
  ): Promise<TileSet> {
    const template = new TileTemplate(source.href);
    const bbox = checkBbox(source.bbox);
    const { zoom } = source;
    const tiles = tilesOf(bbox, zoom);
    const fetched = await FetchedTiles.open(join(folder, 'tiles.jsonl'));
    try {
      const held = await this.#fetchAll(template, tiles, fetched, context.signal, onTile);
      const gaps = tiles.filter((_, at) => !isHeld(held[at]!));
      tell(context, template.masked, gaps);
      if (gaps.length === tiles.length) throw empty(zoom);
      const files = held.filter(isHeld).map(({ x, y, digest, extension }) => ({
        path: `tile-${x}-${y}-${zoom}.${extension}`,
        digest,
      }));
      return { files, origin: { template: template.masked, zoom, bbox, count: files.length, gaps: gaps.length } };
    } finally {
      await fetched.close();
    }
  }

  /** What there is of every tile, in their order. The first failure ends the others, which are waited for. */
  async #fetchAll(
    template: TileTemplate,
    tiles: readonly Tile[],
    fetched: FetchedTiles,
    signal: AbortSignal,
    onTile: (done: number, all: number) => void,
  ): Promise<FetchedTile[]> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const found: FetchedTile[] = [];
    const next = tiles.entries();
    let first: HeldTile | undefined;
    let done = 0;
    const work = async (): Promise<void> => {
      for (const [at, tile] of next) {
        either.throwIfAborted();
        const known = await this.#known(fetched, tile);
        const one = known ?? (await this.#fetch(template, tile, either));
        if (isHeld(one)) checkEdge(one, (first ??= one), tile.z);
        if (known === undefined) await fetched.add(one);
        found[at] = one;
        onTile(++done, tiles.length);
      }
    };
    const working = Array.from({ length: mostAtOnce }, () => work().catch((error: unknown) => failed.abort(error)));
    await Promise.all(working);
    either.throwIfAborted();
    return found;
  }

  async #known(fetched: FetchedTiles, tile: Tile): Promise<FetchedTile | undefined> {
    const known = fetched.get(tile);
    if (known === undefined || !isHeld(known)) return known;
    return (await this.#objects.has(known.digest)) ? known : undefined;
  }

  async #fetch(template: TileTemplate, tile: Tile, signal: AbortSignal): Promise<FetchedTile> {
    const { x, y } = tile;
    const bytes = await this.#servers.fetch(template, tile, signal);
    if (bytes === undefined) return { x, y, missing: true };
    const picture = await readTilePicture(bytes, tile);
    const { digest } = await this.#objects.put(bytes);
    return { x, y, digest, ...picture };
  }
}

function isHeld(tile: FetchedTile): tile is HeldTile {
  return 'digest' in tile;
}

function checkEdge(tile: HeldTile, first: HeldTile, z: number): void {
  if (tile.edge === first.edge) return;
  const other = nameOf({ ...first, z });
  throw corrupt({ ...tile, z }, `is ${tile.edge} pixels wide, where ${other} is ${first.edge}`);
}

function tell(context: Pick<JobContext, 'log'>, template: string, gaps: readonly Tile[]): void {
  context.log(`tiles of ${template}`);
  if (gaps.length === 0) return;
  const named = gaps.slice(0, mostNamed).map(nameOf).join(', ');
  context.log(`${gaps.length} tiles without data: ${named}${gaps.length > mostNamed ? ', …' : ''}`);
}

function empty(zoom: number): CairnError {
  return new CairnError('aoi-outside-imagery', `No tile of the area has data at zoom ${zoom}.`, {
    where: '/inputs/template',
    action:
      'Check the order west, south, east, north, try a smaller zoom, and {-y} for {y} where rows count from the south.',
  });
}
