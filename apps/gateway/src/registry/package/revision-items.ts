import { CairnError, type Digest } from '@cairn/contracts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Link, StacItem } from '../../catalog/item.ts';
import { versionExtension } from '../../catalog/version-extension.ts';
import type { Queryable } from '../../db/database.ts';
import { listRevisions, type RevisionRow } from './revision.ts';

/** Id of the item of a revision that is not the newest: no model's name holds an @. */
export function earlierItemId({ model, package_digest }: Pick<RevisionRow, 'model' | 'package_digest'>): string {
  return `${model}@${package_digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

/**
 * Writes the item of a revision, after its row. The newest revision's item carries the model's own id, so that whoever asks
 * for the model gets it; the one that it takes the place of stays in the catalogue under an id of its own. Links of STAC's
 * version extension lead from each to those before and after it.
 * @param schemas of extensions that the package brings.
 * @throws CairnError `item-invalid`.
 */
export async function writeRevisionItem(
  catalog: Catalog,
  tx: Queryable,
  item: StacItem,
  digest: Digest,
  schemas: Record<string, unknown>,
): Promise<void> {
  const revisions = await listRevisions(tx, item.id);
  const at = revisions.findIndex(({ package_digest }) => package_digest === digest);
  const former = revisions[1];
  if (at === 0 && former !== undefined) await makeWay(catalog, tx, revisions, former);
  await catalog.upsert(tx, versioned(item, revisions, at), schemas);
}

/** Gives the item of the revision that was the newest its own id, and lets the one before it name it so. */
async function makeWay(catalog: Catalog, tx: Queryable, revisions: RevisionRow[], former: RevisionRow): Promise<void> {
  const held = await find(catalog, tx, former.model);
  // Of a revision that was the newest until now; it has made way already where this registration is one more of the newest.
  if (held !== null && digestOf(held) === former.package_digest) {
    await catalog.upsert(tx, versioned(held, revisions, 1));
  }
  const earlier = revisions[2] === undefined ? null : await find(catalog, tx, earlierItemId(revisions[2]));
  if (earlier !== null) await catalog.upsert(tx, versioned(earlier, revisions, 2));
}

async function find(catalog: Catalog, tx: Queryable, id: string): Promise<StacItem | null> {
  try {
    return await catalog.get('models', id, tx);
  } catch (error) {
    if (error instanceof CairnError && error.code === 'not-found') return null;
    throw error;
  }
}

function digestOf(item: StacItem): unknown {
  return (item['properties'] as Record<string, unknown>)['cairn:package_digest'];
}

/** The item as that of one of the model's revisions, the newest first. */
function versioned(item: StacItem, revisions: readonly RevisionRow[], at: number): StacItem {
  const own = revisions[at]!;
  const newest = revisions[0]!;
  const idAt = (index: number): string => (index === 0 ? newest.model : earlierItemId(revisions[index]!));
  const link = (rel: string, index: number): Link[] =>
    revisions[index] === undefined
      ? []
      : [
          {
            rel,
            href: `/stac/collections/models/items/${encodeURIComponent(idAt(index))}`,
            type: 'application/geo+json',
            title: `Revision ${revisions[index].number}`,
          },
        ];
  return {
    ...item,
    id: idAt(at),
    stac_extensions: [...new Set([...(item['stac_extensions'] as string[]), versionExtension])],
    properties: {
      ...(item['properties'] as object),
      version: String(own.number),
      deprecated: at !== 0,
    },
    links: [...link('predecessor-version', at + 1), ...link('successor-version', at - 1), ...link('latest-version', 0)],
  };
}
