import { join } from 'node:path';
import { CairnError, type FileSet, type TileSource } from '@cairn/contracts';
import type { Bbox, Tile } from '@cairn/geo';
import type { JobContext } from '../../jobs/process.ts';
import { Faults, type FaultyTile } from './faults.ts';
import { FetchedTiles, type FetchedTile, type HeldTile } from './fetched-tiles.ts';
import { gapCount, tileGaps, type TileGap } from './gaps.ts';
import { TileTemplate, nameOf } from './template.ts';
import { checkBbox, tilesOf } from './tile-area.ts';
import { corrupt } from './tile-picture.ts';
import type { TileServers } from './tile-servers.ts';

/** Where a set of tiles comes from, as the catalogue keeps it. */
export interface TileOrigin {
  /** The address, its query masked. */
  template: string;
  zoom: number;
  bbox: Bbox;
  /** Tiles that have data. */
  count: number;
  /** Tiles of the area that have none, or could not be had. */
  gaps: number;
  /** Of the gaps, those that could not be had or read. */
  faulty: number;
  /** Of those that have data, those that are the same picture as another: most likely a server's notice that it has none. */
  repeated: number;
}

/** Tiles in the object store, as chips whose names say where they lie, and those that lack. */
export interface TileSet {
  files: FileSet;
  origin: TileOrigin;
  gaps: TileGap[];
}

type Outcome = FetchedTile | FaultyTile;

/** Tiles that are worked on at a time: it bounds the bytes that wait to be stored. */
const mostAtOnce = 4;
/** Tiles that are named in the log; of more, the number is told. */
const mostNamed = 50;
/** Of the tiles of an area, the share that may be faulty: of a server that is in trouble, the rest is not asked for. */
const mostFaulty = 0.1;

/** Brings the tiles of an area into the object store. */
export class TileSets {
  readonly #servers: TileServers;

  constructor(options: { servers: TileServers }) {
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
    const { zoom, skipFaulty = false } = source;
    const tiles = tilesOf(bbox, zoom);
    context.log(`tiles of ${template.masked}`);
    const fetched = await FetchedTiles.open(join(folder, 'tiles.jsonl'));
    try {
      const faults = new Faults(skipFaulty ? Math.max(1, Math.floor(tiles.length * mostFaulty)) : 0, context.log);
      const outcomes = await this.#fetchAll(template, tiles, fetched, faults, context.signal, onTile);
      const gaps = tileGaps(outcomes.flatMap((one, at) => (isHeld(one) ? [] : [{ tile: tiles[at]!, why: one.gap }])));
      const held = outcomes.filter(isHeld);
      const repeated = repeatedOf(held);
      tell(context, 'tiles without data', outcomes.filter(isEmpty), zoom);
      tell(context, 'tiles that are the same picture, which may say that there is no image', repeated, zoom);
      if (held.length === 0) throw empty(zoom);
      const files = held.map(({ x, y, digest, extension }) => ({
        path: `tile-${x}-${y}-${zoom}.${extension}`,
        digest,
      }));
      const counts = {
        count: files.length,
        gaps: gapCount(gaps),
        faulty: gapCount(gaps, 'tiles-unreachable', 'imagery-corrupt'),
        repeated: repeated.length,
      };
      return { files, origin: { template: template.masked, zoom, bbox, ...counts }, gaps };
    } finally {
      await fetched.close();
    }
  }

  /** What there is of every tile, in their order. The first failure ends the others, which are waited for. */
  async #fetchAll(
    template: TileTemplate,
    tiles: readonly Tile[],
    fetched: FetchedTiles,
    faults: Faults,
    signal: AbortSignal,
    onTile: (done: number, all: number) => void,
  ): Promise<Outcome[]> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const found: Outcome[] = [];
    const next = tiles.entries();
    let first: HeldTile | undefined;
    let done = 0;
    const one = async (tile: Tile): Promise<Outcome> => {
      const known = fetched.get(tile);
      const got = known ?? (await this.#servers.fetch(template, tile, either));
      if (isHeld(got)) checkEdge(got, (first ??= got), tile.z);
      if (known === undefined) await fetched.add(got);
      return got;
    };
    const work = async (): Promise<void> => {
      for (const [at, tile] of next) {
        either.throwIfAborted();
        found[at] = await one(tile).catch((error: unknown) => faults.pass(tile, error));
        onTile(++done, tiles.length);
      }
    };
    const working = Array.from({ length: mostAtOnce }, () => work().catch((error: unknown) => failed.abort(error)));
    await Promise.all(working);
    either.throwIfAborted();
    return found;
  }
}

function isHeld(tile: Outcome): tile is HeldTile {
  return 'digest' in tile;
}

function isEmpty(tile: Outcome): boolean {
  return 'gap' in tile && (tile.gap === 'missing' || tile.gap === 'transparent');
}

/** Tiles whose bytes another tile has too. No two photographs are equal. */
function repeatedOf(held: readonly HeldTile[]): HeldTile[] {
  const times = new Map<string, number>();
  for (const { digest } of held) times.set(digest, (times.get(digest) ?? 0) + 1);
  return held.filter(({ digest }) => times.get(digest)! > 1);
}

function checkEdge(tile: HeldTile, first: HeldTile, z: number): void {
  if (tile.edge === first.edge) return;
  const other = nameOf({ ...first, z });
  throw corrupt({ ...tile, z }, `is ${tile.edge} pixels wide, where ${other} is ${first.edge}`);
}

function tell(
  context: Pick<JobContext, 'log'>,
  what: string,
  tiles: readonly { x: number; y: number }[],
  z: number,
): void {
  if (tiles.length === 0) return;
  const named = tiles.slice(0, mostNamed).map((tile) => nameOf({ ...tile, z }));
  context.log(`${tiles.length} ${what}: ${named.join(', ')}${tiles.length > mostNamed ? ', …' : ''}`);
}

function empty(zoom: number): CairnError {
  return new CairnError('aoi-outside-imagery', `No tile of the area has data at zoom ${zoom}.`, {
    where: '/inputs/template',
    action:
      'Check the order west, south, east, north, try a smaller zoom, and {-y} for {y} where rows count from the south.',
  });
}
