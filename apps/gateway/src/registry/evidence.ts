import { type DeclaredUse, type Evidence } from '@cairn/contracts';
import { canonicalJson, digestOf } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { judgeLicence } from './licence-terms.ts';
import { type VersionRow, versionId } from './version-row.ts';

/**
 * What is known of a version for whoever approves it: its figures beside those of the versions in production, and what the
 * licences of weights and data say to the use. All of it from the database, so that an approval can name by digest what there
 * was to see.
 * @param use what the results are for; left out: the use that the model's item declares (`cairn:use`), else `open`.
 */
export async function evidenceOf(tx: Queryable, row: VersionRow, use?: DeclaredUse): Promise<Evidence> {
  const others = (
    await tx.query<VersionRow>(
      "select * from cairn.version where model = $1 and stage = 'production' and version <> $2 order by version",
      [row.model, row.version],
    )
  ).map((other) => ({ ...other, comparable: other.dataset_digest === row.dataset_digest }));
  const model = await modelProperties(tx, row.model);
  const declared = use ?? (isUse(model['cairn:use']) ? model['cairn:use'] : 'open');
  const comparable = others.filter((other) => other.comparable);
  const evidence: Omit<Evidence, 'digest'> = {
    version: versionId(row),
    title: row.title,
    stage: row.stage,
    author: row.author,
    known: row.known,
    data: row.data,
    testSet: row.dataset_digest,
    figures: Object.entries(row.metrics)
      .filter(([name]) => name.startsWith('test_'))
      .map(([name, value]) => ({
        name,
        value,
        beside: Object.fromEntries(
          comparable.flatMap((other) => {
            const figure = other.metrics[name];
            return figure === undefined ? [] : [[versionId(other), figure]];
          }),
        ),
      })),
    inProduction: others.map((other) => ({
      version: versionId(other),
      comparable: other.comparable,
      words: other.comparable
        ? 'measured on the same dataset'
        : `measured on another dataset (${other.dataset_digest}): its figures cannot be compared`,
    })),
    shown: Object.fromEntries(Object.entries(row.files).map(([path, { digest }]) => [path, digest])),
    use: declared,
    licences: licencesOf(row, model).map((one) => ({ ...one, ...judgeLicence(one.licence, declared) })),
  };
  return { ...evidence, digest: digestOf(canonicalJson(evidence)) };
}

/** Why the licences forbid the use, one sentence each; none where they do not. */
export function licenceConflicts({ licences }: Evidence): string[] {
  return licences.flatMap(({ of, title, conflicts }) => conflicts.map((one) => `${of} (${title}): ${one}`));
}

function licencesOf(
  row: VersionRow,
  model: Record<string, unknown>,
): Pick<Evidence['licences'][number], 'of' | 'title' | 'licence'>[] {
  const data = (row.record['data'] ?? {}) as Record<string, unknown>;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  return [
    {
      of: 'weights',
      title: text(model['title'], row.model),
      licence: text(model['cairn:licence'], text(model['license'], 'not told')),
    },
    { of: 'data', title: text(data['title'], row.dataset_digest), licence: text(data['licence'], 'not told') },
  ];
}

async function modelProperties(tx: Queryable, model: string): Promise<Record<string, unknown>> {
  const [row] = await tx.query<{ properties: Record<string, unknown> | null }>(
    "select content->'properties' as properties from pgstac.items where collection = 'models' and id = $1",
    [model],
  );
  return row?.properties ?? {};
}

function isUse(value: unknown): value is DeclaredUse {
  return value === 'relief' || value === 'open' || value === 'own';
}
