import type { Digest, FileSet } from '@cairn/contracts';
import type { Queryable } from '../../db/database.ts';

/** What was seen of the entry points of a package when they ran here on tiny data. */
export interface Trial {
  entryPoints: readonly string[];
  /** File set digest of that data. */
  dataDigest: Digest;
  settings: Record<string, number | string | boolean>;
}

/** A row of `cairn.revision`: one content of a package. */
export interface RevisionRow {
  model: string;
  package_digest: Digest;
  /** Its place among the revisions of its model, counted from 1. */
  number: number;
  /** The package's own files, without `versions/` and `card.md`: those that the digest names. */
  files: FileSet;
  commit: string | null;
  environment_digest: Digest;
  /** Digest of the tar archive of its files; null where an earlier Cairn registered it, which kept none. */
  archive: Digest | null;
  /** The container image, `REGISTRY/NAME@sha256:…`; null where none was built. */
  image: string | null;
  /** Null where its entry points were never tried here. */
  trial: Trial | null;
  /** Digest of the receipt of its registration. */
  receipt: Digest;
  at: Date;
}

/** A revision as it is written; its number and time are given to it. */
export type NewRevision = Omit<RevisionRow, 'number' | 'at' | 'archive' | 'image' | 'trial'> &
  Partial<Pick<RevisionRow, 'archive' | 'image' | 'trial'>>;

/** A revision of a package, or null. */
export async function findRevision(queryable: Queryable, model: string, digest: Digest): Promise<RevisionRow | null> {
  const [row] = await queryable.query<RevisionRow>(
    'select * from cairn.revision where model = $1 and package_digest = $2',
    [model, digest],
  );
  return row ?? null;
}

/** Every revision of a package, the newest first. */
export async function listRevisions(queryable: Queryable, model: string): Promise<RevisionRow[]> {
  return queryable.query<RevisionRow>('select * from cairn.revision where model = $1 order by number desc', [model]);
}

/** The revision of a package that came last, or null. */
export async function latestRevision(queryable: Queryable, model: string): Promise<RevisionRow | null> {
  const [row] = await listRevisions(queryable, model);
  return row ?? null;
}

/**
 * Writes a revision. One that is there keeps its number, files and archive, and gets the commit, image, trial and
 * receipt of its newest registration: a later proof of where a content is from does not make it the newest content.
 */
export async function writeRevision(tx: Queryable, row: NewRevision): Promise<void> {
  const {
    model,
    package_digest,
    files,
    commit,
    environment_digest,
    receipt,
    archive = null,
    image = null,
    trial = null,
  } = row;
  await tx.query(
    `insert into cairn.revision as held
       (model, package_digest, files, commit, environment_digest, receipt, archive, image, trial, number)
     values ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9::jsonb,
       (select coalesce(max(number), 0) + 1 from cairn.revision where model = $1))
     on conflict (model, package_digest) do update
     set commit = excluded.commit, receipt = excluded.receipt, image = excluded.image,
       archive = coalesce(held.archive, excluded.archive), trial = coalesce(held.trial, excluded.trial)`,
    // As text: a driver would take a list for an array of PostgreSQL.
    [model, package_digest, JSON.stringify(files), commit, environment_digest, receipt, archive, image, trial],
  );
}
