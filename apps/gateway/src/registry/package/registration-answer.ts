import type { Digest, ProcessResult } from '@cairn/contracts';
import { type VersionRow, versionId } from '../version-row.ts';
import type { CheckedPackage } from './check.ts';
import type { Trial } from './revision.ts';
import type { PackageSource } from './source.ts';

/** What is known of the revision that a registration made or found; of a package that was only checked, the trial alone. */
export interface KnownRevision {
  receipt?: Digest | null;
  image?: string | null;
  trial: Trial | null;
}

/**
 * The result of a registration, with nothing changed.
 * @param registered versions that are registered, by the digest of their weights.
 */
export function answer(
  { model, digest, versions, checks }: CheckedPackage,
  { commit }: PackageSource,
  { receipt = null, image = null, trial }: KnownRevision,
  registered: ReadonlyMap<Digest, VersionRow> = new Map(),
): ProcessResult<'register-model'> {
  const rows = versions.flatMap(({ weights }) => registered.get(weights.digest) ?? []);
  return {
    model,
    packageDigest: digest,
    commit,
    versions: rows.map(versionId),
    image,
    receipt,
    changed: false,
    tried: trial !== null,
    checks,
  };
}
