import type { Digest, FileSet } from '@cairn/contracts';
import type { Queryable } from '../../db/database.ts';

/** A row of `cairn.revision`: one content of a package. */
export interface RevisionRow {
  model: string;
  package_digest: Digest;
  /** The package's own files, without `versions/` and `card.md`: those that the digest names. */
  files: FileSet;
  commit: string | null;
  environment_digest: Digest;
  /** Digest of the receipt of its registration. */
  receipt: Digest;
  at: Date;
}

/** A revision of a package, or null. */
export async function findRevision(queryable: Queryable, model: string, digest: Digest): Promise<RevisionRow | null> {
  const [row] = await queryable.query<RevisionRow>(
    'select * from cairn.revision where model = $1 and package_digest = $2',
    [model, digest],
  );
  return row ?? null;
}

/** The revision of a package that was registered last, or null. */
export async function latestRevision(queryable: Queryable, model: string): Promise<RevisionRow | null> {
  const [row] = await queryable.query<RevisionRow>(
    'select * from cairn.revision where model = $1 order by at desc, package_digest limit 1',
    [model],
  );
  return row ?? null;
}

/** Writes a revision; one that is there gets the commit and receipt of its newest registration. */
export async function writeRevision(tx: Queryable, row: Omit<RevisionRow, 'at'>): Promise<void> {
  await tx.query(
    `insert into cairn.revision (model, package_digest, files, commit, environment_digest, receipt)
     values ($1, $2, $3::jsonb, $4, $5, $6)
     on conflict (model, package_digest) do update
     set commit = excluded.commit, receipt = excluded.receipt, at = clock_timestamp()`,
    // As text: a driver would take a list for an array of PostgreSQL.
    [row.model, row.package_digest, JSON.stringify(row.files), row.commit, row.environment_digest, row.receipt],
  );
}
