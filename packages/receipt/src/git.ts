import { decodeBase64 } from './base64.ts';
import { ReceiptError } from './error.ts';
import { blobId, FOLDER_MODE, objectId, readTree, type TreeEntry, treeOfCommit, writeTree } from './git-object.ts';
import { assertFilePaths, assertPath } from './path.ts';

export { blobId };

/** A file of a folder as git knows it: `blob` is the id (40 hexadecimal digits) of its bytes. */
export interface GitFile {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  readonly blob: string;
}

/**
 * The git objects that lead from a commit to a folder, as base64 of their raw content (`git cat-file commit ID`,
 * `git cat-file tree ID`): the commit, and the trees from the root down to the folder itself, both included. `path` is
 * the folder's path in the repository, '' for its root (then `trees` holds the root alone).
 */
export interface CommitProof {
  readonly commit: string;
  readonly trees: readonly string[];
  readonly path: string;
}

/** The commit that holds a folder with exactly these files, or why that could not be seen from the bytes. */
export type CommitWitness =
  { readonly commit: string; readonly tree: string } | { readonly commit: null; readonly reason: string };

interface Folder {
  readonly files: TreeEntry[];
  readonly folders: Map<string, Folder>;
}

function treeIdOf(folder: Folder, entries: TreeEntry[] = [...folder.files]): string {
  for (const [name, inner] of folder.folders) entries.push({ mode: FOLDER_MODE, name, id: treeIdOf(inner) });
  return objectId('tree', writeTree(entries));
}

function arrange(files: readonly GitFile[]): Folder {
  assertFilePaths(files.map(({ path }) => path));
  const root: Folder = { files: [], folders: new Map() };
  for (const { path, mode, blob } of files) {
    if (!/^[0-9a-f]{40}$/.test(blob)) throw new ReceiptError(`Not a git blob id for ${JSON.stringify(path)}.`);
    const segments = path.split('/');
    const name = segments.pop() ?? path;
    let folder = root;
    for (const segment of segments) {
      const inner = folder.folders.get(segment) ?? { files: [], folders: new Map<string, Folder>() };
      folder.folders.set(segment, inner);
      folder = inner;
    }
    folder.files.push({ mode, name, id: blob });
  }
  return root;
}

/**
 * The id of the git tree that holds exactly these files (paths relative to it), as 40 hexadecimal digits. Throws
 * ReceiptError for malformed or repeated paths and malformed blob ids.
 */
export function treeId(files: readonly GitFile[]): string {
  return treeIdOf(arrange(files));
}

function difference(mine: readonly TreeEntry[], theirs: readonly TreeEntry[]): string {
  const text = ({ mode, id }: TreeEntry): string => `${mode} ${id}`;
  const committed = new Map(theirs.map((entry) => [entry.name, text(entry)]));
  const words: string[] = [];
  for (const entry of mine) {
    const there = committed.get(entry.name);
    if (there === undefined) words.push(`${JSON.stringify(entry.name)} is not in the commit`);
    else if (there !== text(entry)) words.push(`${JSON.stringify(entry.name)} differs from the commit`);
    committed.delete(entry.name);
  }
  for (const name of committed.keys()) words.push(`${JSON.stringify(name)} is missing here`);
  const shown = words.slice(0, 5).join(', ');
  return words.length > 5 ? `${shown} and ${words.length - 5} more` : shown;
}

function walk(files: readonly GitFile[], proof: CommitProof): CommitWitness {
  if (proof.path !== '') assertPath(proof.path);
  const segments = proof.path === '' ? [] : proof.path.split('/');
  if (proof.trees.length !== segments.length + 1) {
    throw new ReceiptError(
      `The proof holds ${proof.trees.length} trees; the path ${JSON.stringify(proof.path)} needs ${segments.length + 1}, ` +
        'from the root down to the folder.',
    );
  }
  const commit = decodeBase64(proof.commit);
  const trees = proof.trees.map((tree) => decodeBase64(tree));
  let expected = treeOfCommit(commit);
  let last: TreeEntry[] = [];
  for (const [depth, tree] of trees.entries()) {
    const where = JSON.stringify(segments.slice(0, depth).join('/') || '/');
    if (objectId('tree', tree) !== expected) throw new ReceiptError(`The tree given for ${where} is not the commit's.`);
    last = readTree(tree);
    const segment = segments[depth];
    if (segment === undefined) break;
    const next = last.find(({ mode, name }) => mode === FOLDER_MODE && name === segment);
    if (!next) throw new ReceiptError(`The commit has no folder ${JSON.stringify(segment)} in ${where}.`);
    expected = next.id;
  }
  const folder = arrange(files);
  const entries = [...folder.files];
  const tree = treeIdOf(folder, entries);
  if (tree !== expected) {
    throw new ReceiptError(`The folder is not as committed: ${difference(entries, last)}. Commit its changes first.`);
  }
  return { commit: objectId('commit', commit), tree };
}

/**
 * Sees from bytes alone, without a repository, that a commit holds a folder with exactly these files. Gives the commit's
 * and the folder's tree id, or null and a reason that says where the proof breaks; never throws. The ids are SHA-1, as
 * git's are: the package's SHA-256 digest beside them is what binds the content against made collisions.
 */
export function witnessCommit(files: readonly GitFile[], proof: CommitProof): CommitWitness {
  try {
    return walk(files, proof);
  } catch (error) {
    return { commit: null, reason: error instanceof Error ? error.message : String(error) };
  }
}
