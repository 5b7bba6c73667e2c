import type { Queryable } from '../db/database.ts';
import type { CollectionId } from './collections.ts';
import type { Link } from './item.ts';

/** What is to be added to items: members of their properties, which replace those of the same names, and an extension. */
export interface Amendment {
  properties: Record<string, unknown>;
  extension: string;
}

/**
 * Changes properties of items where they lie, in the transaction that makes the change true; many at once, and none of their
 * other members. What is added has to fit its extension by itself: the items are not checked again.
 */
export async function amendItems(
  tx: Queryable,
  collection: CollectionId,
  ids: readonly string[],
  { properties, extension }: Amendment,
): Promise<void> {
  await tx.query(
    `update pgstac.items set content = content || jsonb_build_object(
       'properties', coalesce(content->'properties', '{}') || $3::jsonb,
       'stac_extensions', case when content->'stac_extensions' ? $4 then content->'stac_extensions'
         else coalesce(content->'stac_extensions', '[]') || to_jsonb($4::text) end)
     where collection = $1 and id = any($2::text[])`,
    [collection, ids, properties, extension],
  );
}

/** Replaces an item's links of some relations by others. */
export async function amendLinks(
  tx: Queryable,
  collection: CollectionId,
  id: string,
  relations: readonly string[],
  links: readonly Link[],
): Promise<void> {
  await tx.query(
    `update pgstac.items set content = content || jsonb_build_object('links',
       (select coalesce(jsonb_agg(link), '[]') from jsonb_array_elements(coalesce(content->'links', '[]')) as link
        where not link->>'rel' = any($3::text[])) || $4::jsonb)
     where collection = $1 and id = $2`,
    // As text: a driver would take a list for an array of PostgreSQL.
    [collection, id, relations, JSON.stringify(links)],
  );
}
