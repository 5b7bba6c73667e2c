import { type DeclaredUse, type Digest, type Evidence } from '@cairn/contracts';
import { canonicalJson, digestOf } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { examplesOf } from './example-row.ts';
import { evaluationsOf, type EvaluationRow, relationWords } from './evaluation-row.ts';
import { judgeLicence } from './licence-terms.ts';
import { findRevision } from './package/revision.ts';
import { type VersionRow, versionId } from './version-row.ts';

/**
 * What is known of a version for whoever approves it: its figures beside those of the versions in production, and what the
 * licences of weights and data say to the use. All of it from the database, so that an approval can name by digest what there
 * was to see.
 * @param use what the results are for; left out: the use that the model's item declares (`cairn:use`), else `open`.
 */
export async function evidenceOf(tx: Queryable, row: VersionRow, use?: DeclaredUse): Promise<Evidence> {
  const others = await inProduction(tx, row);
  const evaluations = await evaluationsOf(tx, row);
  const model = await modelProperties(tx, row.model);
  const declared = use ?? (isUse(model['cairn:use']) ? model['cairn:use'] : 'open');
  const revision = await findRevision(tx, row.model, row.package_digest);
  const evidence: Omit<Evidence, 'digest'> = {
    version: versionId(row),
    title: row.title,
    stage: row.stage,
    author: row.author,
    known: row.known,
    data: row.data,
    testSet: row.dataset_digest,
    figures: figuresOn(row.dataset_digest, row.metrics, others),
    evaluations: evaluations.map(({ dataset, dataset_digest: testSet, relation, metrics, receipt }) => ({
      dataset,
      testSet,
      words: relationWords[relation],
      figures: figuresOn(testSet, metrics, others),
      receipt,
    })),
    inProduction: others.map((other) => ({ version: other.version, ...comparison(row, evaluations, other) })),
    shown: Object.fromEntries(Object.entries(row.files).map(([path, { digest }]) => [path, digest])),
    examples: (await examplesOf(tx, row))
      .map(({ dataset, datasetDigest: testSet, pictures }) => ({
        dataset,
        testSet,
        pictures: pictures.map(({ digest }) => digest),
      }))
      // However often and when they were drawn: the digest names what there was to see.
      .sort((a, b) => (a.testSet < b.testSet ? -1 : 1)),
    tried: (revision?.trial ?? null) !== null,
    use: declared,
    licences: licencesOf(row, model).map((one) => ({ ...one, ...judgeLicence(one.licence, declared) })),
  };
  return { ...evidence, digest: digestOf(canonicalJson(evidence)) };
}

/** A version in production, with its figures on each test set that it was measured on. */
interface Other {
  version: string;
  testSet: Digest;
  figures: Map<Digest, Record<string, number>>;
}

async function inProduction(tx: Queryable, { model, version }: VersionRow): Promise<Other[]> {
  const rows = await tx.query<VersionRow>(
    "select * from cairn.version where model = $1 and stage = 'production' and version <> $2 order by version",
    [model, version],
  );
  const others: Other[] = [];
  for (const row of rows) {
    const figures = new Map([[row.dataset_digest, row.metrics]]);
    // What was measured here counts more than what a record tells.
    for (const one of await evaluationsOf(tx, row)) figures.set(one.dataset_digest, one.metrics);
    others.push({ version: versionId(row), testSet: row.dataset_digest, figures });
  }
  return others;
}

function figuresOn(testSet: Digest, metrics: Record<string, number>, others: readonly Other[]): Evidence['figures'] {
  return Object.entries(metrics)
    .filter(([name]) => name.startsWith('test_'))
    .map(([name, value]) => ({
      name,
      value,
      beside: Object.fromEntries(
        others.flatMap(({ version, figures }) => {
          const figure = figures.get(testSet)?.[name];
          return figure === undefined ? [] : [[version, figure]];
        }),
      ),
    }));
}

function comparison(
  row: VersionRow,
  evaluations: readonly EvaluationRow[],
  other: Other,
): Pick<Evidence['inProduction'][number], 'comparable' | 'words'> {
  if (other.figures.has(row.dataset_digest)) return { comparable: true, words: 'measured on the same dataset' };
  const both = evaluations.filter(({ dataset_digest: testSet }) => other.figures.has(testSet));
  if (both.length > 0) {
    return { comparable: true, words: `both were measured on ${both.map(({ dataset }) => dataset).join(', ')}` };
  }
  const elsewhere = `measured on another dataset (${other.testSet}): its figures cannot be compared`;
  const remedy = row.dataset === null ? '' : `; "cairn evaluate ${other.version} --dataset ${row.dataset}" would help`;
  return { comparable: false, words: `${elsewhere}${remedy}` };
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
