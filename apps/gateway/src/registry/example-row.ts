import type { DataRelation, Digest, Example, ExamplePart, ExampleSet } from '@cairn/contracts';
import { licenceOf } from '../catalog/licence.ts';
import type { DatasetItem } from '../data/dataset-item.ts';
import type { Queryable } from '../db/database.ts';
import { type VersionRow, versionId } from './version-row.ts';

/** A row of `cairn.example_set`: pictures of what a version finds on a few chips of a dataset as that was then. */
export interface ExampleRow {
  model: string;
  version: number;
  dataset: string;
  dataset_version: number;
  dataset_digest: Digest;
  relation: DataRelation;
  part: ExamplePart;
  pictures: Omit<Example, 'href'>[];
  /** The version of Cairn that drew them. */
  software: string;
  actor: string;
}

/** As it is told: with what is known of the version and of the dataset's version. */
type ToldRow = ExampleRow &
  Pick<VersionRow, 'weights_digest' | 'package_digest'> & { commit: string; item: DatasetItem; at: Date };

/** Keeps a set of examples, in place of an earlier one of the same version on the same content. */
export async function keepExamples(tx: Queryable, row: ExampleRow): Promise<void> {
  await tx.query(
    `insert into cairn.example_set
       (model, version, dataset, dataset_version, dataset_digest, relation, part, pictures, software, actor)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
     on conflict (model, version, dataset_digest) do update
     set dataset = excluded.dataset, dataset_version = excluded.dataset_version, relation = excluded.relation,
       part = excluded.part, pictures = excluded.pictures, software = excluded.software, actor = excluded.actor,
       at = clock_timestamp()`,
    [
      row.model,
      row.version,
      row.dataset,
      row.dataset_version,
      row.dataset_digest,
      row.relation,
      row.part,
      // As text: a driver would take a list for an array of PostgreSQL.
      JSON.stringify(row.pictures),
      row.software,
      row.actor,
    ],
  );
}

/** The examples of a version, or of all, the newest first; not those on data that were revoked since. */
export async function examplesOf(
  queryable: Queryable,
  of?: Pick<VersionRow, 'model' | 'version'>,
): Promise<ExampleSet[]> {
  const rows = await queryable.query<ToldRow>(
    `select e.*, v.weights_digest, v.package_digest, d.commit, d.item from cairn.example_set e
     join cairn.version v using (model, version)
     join cairn.dataset_version d on d.dataset = e.dataset and d.version = e.dataset_version
     where ($1::text is null or (e.model = $1 and e.version = $2))
       and not exists (select 1 from cairn.revocation r where e.dataset_digest = any(r.digests))
     order by e.at desc, e.model, e.version, e.dataset`,
    [of?.model ?? null, of?.version ?? null],
  );
  return rows.map(toExampleSet);
}

/** The examples of a version on data with that digest, or null. */
export async function findExamples(
  queryable: Queryable,
  of: Pick<VersionRow, 'model' | 'version'>,
  data: Digest,
): Promise<ExampleSet | null> {
  return (await examplesOf(queryable, of)).find(({ datasetDigest }) => datasetDigest === data) ?? null;
}

function toExampleSet(row: ToldRow): ExampleSet {
  const { title } = row.item.properties;
  return {
    version: versionId(row),
    weightsDigest: row.weights_digest,
    packageDigest: row.package_digest,
    dataset: row.dataset,
    title,
    licence: licenceOf(row.item.properties),
    attribution: row.item.properties.providers?.[0]?.name ?? '',
    datasetVersion: row.dataset_version,
    datasetDigest: row.dataset_digest,
    commit: row.commit,
    part: row.part,
    relation: row.relation,
    words: wordsOf(row),
    software: row.software,
    at: new Date(row.at).toISOString(),
    pictures: row.pictures.map((picture) => ({ ...picture, href: exampleAddress(row, picture.digest) })),
  };
}

/** Address of an example's picture, from the root of the gateway. It never changes. */
function exampleAddress({ model, version }: Pick<VersionRow, 'model' | 'version'>, digest: Digest): string {
  return `/models/${model}/versions/${version}/examples/${digest}`;
}

/** Which chips these are, as people read it. */
function wordsOf({ part, relation, dataset, dataset_version: version }: ExampleRow): string {
  const data = `version ${version} of the dataset ${dataset}`;
  const chips =
    part === 'held-out' ? `chips of ${data} that the package holds out of every training` : `chips of ${data}`;
  const choice = 'taken at equal distances from those with a labelled building, in the order of their names';
  return `${chips}, ${choice}; ${seenWords(part, relation)}`;
}

function seenWords(part: ExamplePart, relation: DataRelation): string {
  if (relation === 'apart') return 'they are of another area than the version was trained on';
  if (relation === 'same' && part === 'held-out') return 'the version did not learn from them';
  return 'the version may have learnt from them';
}
