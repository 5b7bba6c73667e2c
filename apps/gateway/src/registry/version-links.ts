import { amendItems, amendLinks } from '../catalog/amend.ts';
import type { Link } from '../catalog/item.ts';
import { versionExtension } from '../catalog/version-extension.ts';
import type { Queryable } from '../db/database.ts';
import { versionItemId } from './version-item.ts';
import type { VersionRow } from './version-row.ts';

const relations = ['predecessor-version', 'successor-version', 'latest-version'] as const;

type Linked = Pick<VersionRow, 'model' | 'version' | 'stage' | 'aliases'>;

/**
 * Brings the items of a model's versions to the stages and the order that the versions have now; called in the transaction of
 * every change. Predecessor and successor are the versions beside by number. The latest is the one that the alias
 * `production` names, else the newest that is not deprecated; archived and revoked are.
 */
export async function mirrorInCatalogue(tx: Queryable, model: string): Promise<void> {
  const rows = await tx.query<Linked>(
    'select model, version, stage, aliases from cairn.version where model = $1 order by version',
    [model],
  );
  const latest =
    rows.find(({ aliases }) => aliases.includes('production')) ?? rows.findLast((row) => !isDeprecated(row));
  for (const [index, row] of rows.entries()) {
    const beside = { predecessor: rows[index - 1], successor: rows[index + 1], latest };
    const id = versionItemId(row);
    await amendItems(tx, 'versions', [id], {
      properties: { version: String(row.version), deprecated: isDeprecated(row), 'cairn:stage': row.stage },
      extension: versionExtension,
    });
    await amendLinks(tx, 'versions', id, relations, [
      ...linkTo('predecessor-version', beside.predecessor),
      ...linkTo('successor-version', beside.successor),
      ...linkTo('latest-version', beside.latest),
    ]);
  }
}

function isDeprecated({ stage }: Linked): boolean {
  return stage === 'archived' || stage === 'revoked';
}

function linkTo(rel: (typeof relations)[number], row: Linked | undefined): Link[] {
  if (row === undefined) return [];
  const href = `/stac/collections/versions/items/${versionItemId(row)}`;
  return [{ rel, href, type: 'application/geo+json' }];
}
