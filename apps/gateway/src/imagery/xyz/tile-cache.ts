import type { Digest } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';
import type { Queryable } from '../../db/database.ts';
import type { TileTemplate } from './template.ts';
import type { Validity } from './validity.ts';

/** A tile that was fetched before: its bytes in the object store, and how long they hold. */
export interface KeptTile extends Validity {
  digest: Digest;
}

interface Row {
  digest: Digest;
  etag: string | null;
  last_modified: string | null;
  fresh_until: Date | null;
}

/**
 * Which tiles were fetched before, whatever imagery they were for: their bytes lie in the object store by digest. An address
 * may hold a key, so only its digest is kept.
 */
export class TileCache {
  readonly #database: Queryable;

  constructor(options: { database: Queryable }) {
    this.#database = options.database;
  }

  /** What is known of a tile. */
  async get(template: TileTemplate, tile: Tile): Promise<KeptTile | undefined> {
    const [row] = await this.#database.query<Row>(
      `select digest, etag, last_modified, fresh_until from cairn.tile
       where source = $1 and zoom = $2 and col = $3 and row = $4`,
      placeOf(template, tile),
    );
    if (row === undefined) return undefined;
    return { digest: row.digest, etag: row.etag, lastModified: row.last_modified, freshUntil: row.fresh_until };
  }

  /** Notes what a tile is, or that it is to be asked for anew. */
  async put(template: TileTemplate, tile: Tile, kept: KeptTile | null): Promise<void> {
    const place = placeOf(template, tile);
    if (kept === null) {
      await this.#database.query(
        'delete from cairn.tile where source = $1 and zoom = $2 and col = $3 and row = $4',
        place,
      );
      return;
    }
    await this.#database.query(
      `insert into cairn.tile (source, zoom, col, row, digest, etag, last_modified, fresh_until)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (source, zoom, col, row) do update set digest = excluded.digest, etag = excluded.etag,
         last_modified = excluded.last_modified, fresh_until = excluded.fresh_until`,
      [...place, kept.digest, kept.etag, kept.lastModified, kept.freshUntil],
    );
  }
}

function placeOf(template: TileTemplate, { z, x, y }: Tile): unknown[] {
  return [template.source, z, x, y];
}
