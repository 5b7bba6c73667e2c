import { type Digest, digestHex, digestOf } from './digest.ts';
import { assertFilePaths, compareCodePoints } from './path.ts';

/** One file of a set: its path relative to the set's folder, and the SHA-256 of its bytes. */
export interface FileDigest {
  readonly path: string;
  readonly digest: Digest;
}

/**
 * The text whose digest names a set of files: a line `<path>\t<sha256 hex>\n` for each, sorted by path in code-point
 * order. An empty set is an empty text. Throws ReceiptError for a path that is absolute, holds "..", a backslash or a
 * control character, is repeated, or is both file and folder; and for a malformed digest.
 */
export function filesetText(files: readonly FileDigest[]): string {
  assertFilePaths(files.map(({ path }) => path));
  return [...files]
    .sort((a, b) => compareCodePoints(a.path, b.path))
    .map(({ path, digest }) => `${path}\t${digestHex(digest)}\n`)
    .join('');
}

/** The digest of a set of files, that of `filesetText`: it names a dataset or a package by its content alone. */
export function filesetDigest(files: readonly FileDigest[]): Digest {
  return digestOf(filesetText(files));
}
