import { CairnError } from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { DatabaseError } from '../db/database-error.ts';
import { collectionContent, collections, type CollectionId, extentOf, isCollection } from './collections.ts';
import type { StacItem } from './item.ts';
import { plainSearch, type SearchBody } from './search.ts';
import { validateItem } from './validate.ts';

/** A page of a search; `next` and `prev` are the tokens of the pages beside it. */
export interface Page {
  features: StacItem[];
  next?: string;
  prev?: string;
}

/** A STAC Collection; its other members are those of `collectionContent`. */
export interface Collection {
  id: CollectionId;
  extent: object;
}

/** What pgSTAC's search answers. */
interface Found {
  features: StacItem[];
  links: { rel: string; href: string }[];
}

/**
 * The search runs as `pgstac_read`, which may read the catalogue and nothing else, and writes no statistics of itself
 * (with them it is nine times slower); both settings end with the statement.
 */
const searchSql = `
  with quiet as materialized (
    select set_config('pgstac.readonly', 'true', true) as readonly, set_config('role', 'pgstac_read', true) as role
  )
  select search($1::jsonb) as found from quiet where readonly = 'true' and role = 'pgstac_read'`;

/** Classes of SQLSTATE that tell of trouble with the database, not with what was asked. */
const databaseTrouble = /^(08|53|57|58)/;

/** The STAC catalogue: pgSTAC behind the words of STAC. Items are written in the transaction that makes them true. */
export class Catalog {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Makes the collections, or brings their words up to date. Called at start, before anything is written. */
  async prepare(): Promise<void> {
    const rows = await this.#database.query<{ content: object }>('select content from pgstac.collections');
    const held = new Set(rows.map(({ content }) => sorted(content)));
    for (const id of Object.keys(collections) as CollectionId[]) {
      const content = collectionContent(id);
      if (!held.has(sorted(content))) await this.#database.query('select upsert_collection($1::jsonb)', [content]);
    }
  }

  /**
   * Writes an item, in the place of one with its id. pgSTAC keeps no member that is null.
   * @param own JSON Schemas of extensions that the item's package brings, by their address.
   * @throws CairnError `item-invalid`.
   */
  async upsert(tx: Queryable, item: StacItem, own?: Record<string, unknown>): Promise<void> {
    validateItem(item, own);
    const { collection, geometry } = item;
    if (!isCollection(collection)) throw unfit('/collection', `there is no collection ${JSON.stringify(collection)}`);
    if (geometry === null) throw unfit('/geometry', 'it has no place, and is to be found by one');
    try {
      await tx.query('select upsert_item($1::jsonb)', [item]);
    } catch (error) {
      if (error instanceof DatabaseError && error.code.startsWith('22')) throw unfit('/', error.message);
      throw error;
    }
  }

  /**
   * Removes an item.
   * @throws CairnError `not-found`.
   */
  async remove(tx: Queryable, collection: CollectionId, id: string): Promise<void> {
    const [held] = await tx.query('select from pgstac.items where collection = $1 and id = $2', [collection, id]);
    if (held === undefined) throw missing(collection, id);
    await tx.query('select delete_item($2, $1)', [collection, id]);
  }

  /**
   * One item.
   * @throws CairnError `not-found`.
   */
  async get(collection: CollectionId, id: string, queryable: Queryable = this.#database): Promise<StacItem> {
    const [row] = await queryable.query<{ item: StacItem | null }>('select get_item($2, $1) as item', [collection, id]);
    const item = row?.item ?? undefined;
    if (item === undefined) throw missing(collection, id);
    return withDatetime(item);
  }

  /** A page of a collection's items, the newest first. */
  items(collection: CollectionId, query: Omit<SearchBody, 'collections'> = {}): Promise<Page> {
    return this.search({ ...query, collections: [collection] });
  }

  /**
   * A page of the items that a search asks for.
   * @throws CairnError `input-invalid` where PostGIS or pgSTAC cannot read a part of it.
   */
  async search(body: SearchBody): Promise<Page> {
    const asked = plainSearch(body);
    try {
      const [row] = await this.#database.query<{ found: Found }>(searchSql, [asked]);
      const { features, links } = row?.found ?? { features: [], links: [] };
      return { features: features.map(withDatetime), ...tokenOf(links, 'next'), ...tokenOf(links, 'prev') };
    } catch (error) {
      if (!(error instanceof DatabaseError) || databaseTrouble.test(error.code)) throw error;
      throw new CairnError('input-invalid', `The search cannot be answered: ${error.message}.`, {
        action: 'Correct that part of the search.',
        cause: error,
      });
    }
  }

  /** Every collection, or one, with the extent of its items: STAC Collections whose links are still to be added. */
  async collections(only?: CollectionId): Promise<Collection[]> {
    const rows = await this.#database.query<{ content: Collection; bbox: unknown; interval: unknown }>(
      `select content, collection_bbox(id) as bbox, case when exists (select from items where collection = c.id)
         then collection_temporal_extent(id) end as interval
       from pgstac.collections c where $1::text is null or id = $1 order by id`,
      [only ?? null],
    );
    return rows.map(({ content, bbox, interval }) => ({ ...content, extent: extentOf(bbox, interval) }));
  }
}

/** STAC wants `datetime` even where it is null and an interval stands for it; pgSTAC drops what is null. */
function withDatetime(item: StacItem): StacItem {
  return { ...item, properties: { datetime: null, ...(item['properties'] as object) } };
}

function tokenOf(links: Found['links'], rel: 'next' | 'prev'): Partial<Record<'next' | 'prev', string>> {
  const href = links.find((link) => link.rel === rel)?.href;
  // pgSTAC writes the token as it is, unescaped, as the last part of the address.
  return href === undefined ? {} : { [rel]: href.slice(href.indexOf('token=') + 'token='.length) };
}

/** JSON with its members in one order, to compare by. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function missing(collection: CollectionId, id: string): CairnError {
  return new CairnError('not-found', `There is no ${JSON.stringify(id)} among the ${collection}.`, {
    where: `${collection}/${id}`,
    action: `Look at /stac/collections/${collection}/items for those there are.`,
  });
}

function unfit(where: string, why: string): CairnError {
  return new CairnError('item-invalid', `The STAC item does not fit the catalogue: ${why}.`, {
    where,
    action: 'Correct the item at that place.',
  });
}
