import { CairnError, type FileSet, type GitProof, type ProcessInput } from '@cairn/contracts';
import { blobId, type GitFile, witnessCommit } from '@cairn/receipt';
import type { JobContext } from '../../jobs/process.ts';
import type { PackageFiles } from './files.ts';
import type { GitPackages } from './git-source.ts';

/** The commit that a package is, as its receipt tells it. */
export type PackageSource =
  { commit: string; path: string; repository?: string } | { commit: null; path: string; reason: string };

/**
 * The files of a package as they were uploaded, or as their repository gives them out.
 * @throws CairnError `input-invalid` where both or none of the two are asked for; as `GitPackages.fetch`.
 */
export async function takePackage(
  { files, source, git }: ProcessInput<'register-model'>,
  gitPackages: GitPackages,
  context: JobContext,
): Promise<{ files: FileSet; proof?: GitProof }> {
  if (git !== undefined && files === undefined && source === undefined) {
    context.progress(1, 'Fetching the package');
    return gitPackages.fetch(git, context);
  }
  if (files !== undefined && git === undefined) return { files, ...(source === undefined ? {} : { proof: source }) };
  throw new CairnError('input-invalid', 'A package comes either as files or from a Git repository.', {
    where: '/inputs',
    action: 'Give "files" (with "source" for their commit) or "git", one of them.',
  });
}

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

/** The commit of a package in words. */
export function sourceWords(source: PackageSource): string {
  return source.commit === null
    ? `Its commit is not known: ${source.reason}.`
    : `The folder is exactly as commit ${source.commit} holds it${source.path === '' ? '' : ` at ${source.path}`}.`;
}
