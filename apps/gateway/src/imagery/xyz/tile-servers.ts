import { CairnError } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';
import type { ObjectStore } from '../../storage/objects.ts';
import type { ImageServers } from '../http/image-servers.ts';
import type { Answer } from '../http/requests.ts';
import type { FetchedTile } from './fetched-tiles.ts';
import { nameOf, type TileTemplate } from './template.ts';
import type { KeptTile, TileCache } from './tile-cache.ts';
import { readTilePicture, type TilePicture } from './tile-picture.ts';
import { conditions, validityOf } from './validity.ts';

/** Bytes of the largest tile that is taken. */
const largestTile = 8 * 1024 * 1024;

/** Fetches tiles, of those that were fetched before only what has changed, and keeps their bytes by digest. */
export class TileServers {
  readonly #servers: ImageServers;
  readonly #objects: ObjectStore;
  readonly #cache: TileCache;

  constructor(options: { servers: ImageServers; objects: ObjectStore; cache: TileCache }) {
    this.#servers = options.servers;
    this.#objects = options.objects;
    this.#cache = options.cache;
  }

  /**
   * A tile in the object store; a gap where the server has none (404, 204) or one that shows nothing.
   * @throws CairnError `tiles-unreachable`, `input-invalid` for a host that may not be asked, `imagery-corrupt` for what is no
   * tile; `where` is the tile. The signal's reason.
   */
  async fetch(template: TileTemplate, tile: Tile, signal: AbortSignal): Promise<FetchedTile> {
    const known = await this.#known(template, tile);
    if (known !== undefined && known.freshUntil !== null && known.freshUntil.getTime() > Date.now()) {
      return this.#told(tile, known);
    }
    return this.#servers.ask(
      {
        url: template.url(tile),
        headers: { accept: 'image/*', ...(known === undefined ? {} : conditions(known)) },
        mostBytes: largestTile,
        answers: known === undefined ? [200, 204, 404] : [200, 204, 304, 404],
        read: (answer) => this.#take(template, tile, known, answer),
        trouble: (words) => unreachable(template.url(tile), tile, words),
      },
      signal,
    );
  }

  /** What was fetched before, where its bytes are still held and sound. */
  async #known(template: TileTemplate, tile: Tile): Promise<KeptTile | undefined> {
    const known = await this.#cache.get(template, tile);
    return known !== undefined && (await this.#objects.verify(known.digest)) ? known : undefined;
  }

  async #take(
    template: TileTemplate,
    tile: Tile,
    known: KeptTile | undefined,
    { status, headers, body }: Answer,
  ): Promise<FetchedTile> {
    if (status === 304 && known !== undefined) {
      const validity = validityOf({
        etag: known.etag ?? undefined,
        'last-modified': known.lastModified ?? undefined,
        ...headers,
      });
      await this.#cache.put(template, tile, validity && { ...validity, digest: known.digest });
      return this.#told(tile, known);
    }
    if (status !== 200) return { x: tile.x, y: tile.y, gap: 'missing' };
    if (body === undefined) throw tooLarge(tile);
    const picture = await readTilePicture(body, tile);
    const { digest } = await this.#objects.put(body);
    const validity = validityOf(headers);
    if (validity !== null || known !== undefined)
      await this.#cache.put(template, tile, validity && { ...validity, digest });
    return told(tile, digest, picture);
  }

  async #told(tile: Tile, { digest }: KeptTile): Promise<FetchedTile> {
    return told(tile, digest, await readTilePicture(await this.#objects.readAll(digest), tile));
  }
}

function told({ x, y }: Tile, digest: KeptTile['digest'], { extension, edge, isEmpty }: TilePicture): FetchedTile {
  return isEmpty ? { x, y, gap: 'transparent' } : { x, y, digest, extension, edge };
}

function tooLarge(tile: Tile): CairnError {
  return new CairnError('imagery-corrupt', `The tile ${nameOf(tile)} has more than ${largestTile / 1024 / 1024} MiB.`, {
    where: nameOf(tile),
    action: 'Give the address of tiles that are pictures for a web map (PNG, JPEG or WebP).',
  });
}

function unreachable(url: URL, tile: Tile, words: string): CairnError {
  return new CairnError('tiles-unreachable', `${url.host} ${words} when asked for the tile ${nameOf(tile)}.`, {
    where: nameOf(tile),
    action: 'Open that tile in a browser to see whether the address and its key are right, then try again.',
  });
}
