import type { Database } from '../../db/database.ts';
import type { Check, Finding } from '../finding.ts';

/** What a collection's items stand for: rows of the database, or receipts where there is no row. */
const kinds = [
  { collection: 'versions', things: "select model || '-' || version as id from cairn.version" },
  {
    collection: 'models',
    // The newest revision carries the model's name; see `earlierItemId` for the others.
    things: `select case when number = max(number) over (partition by model) then model
               else model || '@' || substr(package_digest, 8, 12) end as id from cairn.revision`,
  },
  { collection: 'predictions', things: 'select id from cairn.prediction' },
  {
    collection: 'datasets',
    things: "select distinct substr(subject, 9) as id from cairn.receipt where kind = 'dataset'",
  },
  {
    collection: 'imagery',
    things: "select distinct substr(subject, 9) as id from cairn.receipt where kind = 'imagery'",
  },
] as const;

/** Items of the catalogue that stand for nothing, and things that have no item. Both are written in one transaction. */
export function catalogueCheck({ database }: { database: Database }): Check {
  return {
    name: 'catalogue',
    look: async () => {
      const findings: Finding[] = [];
      for (const { collection, things } of kinds) {
        const rows = await database.query<{ item: string | null; thing: string | null }>(
          `select i.id as item, t.id as thing
           from (select id from pgstac.items where collection = $1) i full join (${things}) t on t.id = i.id
           where i.id is null or t.id is null order by 1, 2`,
          [collection],
        );
        for (const { item, thing } of rows) {
          findings.push({
            what:
              item === null
                ? 'It is known to the database and has no item in the catalogue.'
                : 'The item stands for nothing that the database knows.',
            where: `${collection}/${item ?? thing}`,
            action: 'Restore db/ in the state folder from a backup: the database was changed by other hands.',
          });
        }
      }
      return findings;
    },
  };
}
