import { CairnError, type GitProof } from '@cairn/contracts';
import { blobId, type GitFile, witnessCommit } from '@cairn/receipt';
import type { PackageFiles } from './files.ts';

/** The commit that a package is, as its receipt tells it. */
export type PackageSource =
  { commit: string; path: string; repository?: string } | { commit: null; path: string; reason: string };

/**
 * Sees from bytes which commit holds the package: the ids of its files are computed here, and the caller's raw Git objects
 * followed from the commit to the folder.
 * @throws CairnError `package-dirty` where the folder is not as that commit holds it.
 */
export async function witnessSource(files: PackageFiles, proof: GitProof | undefined): Promise<PackageSource> {
  if (proof === undefined) return { commit: null, path: '', reason: 'the package came without a proof of its commit' };
  const entries: GitFile[] = [];
  for (const { path, mode } of files.all) {
    entries.push({ path, mode: mode ?? '100644', blob: blobId(await files.bytes(path)) });
  }
  const seen = witnessCommit(entries, proof);
  if (seen.commit === null) {
    throw new CairnError('package-dirty', seen.reason, {
      where: proof.path,
      action: 'Commit the package as it is, or register it from a clean checkout.',
    });
  }
  return {
    commit: seen.commit,
    path: proof.path,
    ...(proof.repository === undefined ? {} : { repository: proof.repository }),
  };
}
