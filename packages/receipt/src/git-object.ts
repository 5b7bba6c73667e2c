import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { ReceiptError } from './error.ts';
import { compareCodePoints } from './path.ts';

/** A line of a tree object. A folder's mode is "40000"; `id` is 40 hexadecimal digits. */
export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** Mode of a folder in a tree object. */
export const FOLDER_MODE = '40000';

/** The id of a git object from its kind and raw content: SHA-1 of header and content, as 40 hexadecimal digits. */
export function objectId(kind: 'blob' | 'tree' | 'commit', content: Uint8Array): string {
  return bytesToHex(sha1(concatBytes(utf8ToBytes(`${kind} ${content.length}\0`), content)));
}

/** The id that git gives to a file's bytes. A symbolic link's bytes are its target's path. */
export function blobId(content: Uint8Array): string {
  return objectId('blob', content);
}

const sortName = ({ mode, name }: TreeEntry): string => (mode === FOLDER_MODE ? `${name}/` : name);

/** The raw content of a tree object. Git compares names by bytes, a folder's as if it ended in "/". */
export function writeTree(entries: readonly TreeEntry[]): Uint8Array {
  return concatBytes(
    ...[...entries]
      .sort((a, b) => compareCodePoints(sortName(a), sortName(b)))
      .flatMap(({ mode, name, id }) => [utf8ToBytes(`${mode} ${name}\0`), hexToBytes(id)]),
  );
}

/** The lines of a raw tree object, in its order. Throws ReceiptError where the bytes are no tree object. */
export function readTree(content: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const end = content.indexOf(0, blank);
    if (blank === -1 || end === -1 || end + 21 > content.length) {
      throw new ReceiptError(`Not a git tree object: the entry at byte ${at} is cut short.`);
    }
    const mode = utf8.decode(content.subarray(at, blank));
    const name = utf8.decode(content.subarray(blank + 1, end));
    if (!/^[0-7]{5,6}$/.test(mode) || name === '') {
      throw new ReceiptError(`Not a git tree object: the entry at byte ${at} has no mode or no name.`);
    }
    entries.push({ mode, name, id: bytesToHex(content.subarray(end + 1, end + 21)) });
    at = end + 21;
  }
  return entries;
}

/** The id of the root tree that a raw commit object names. Throws ReceiptError where the bytes are no commit object. */
export function treeOfCommit(content: Uint8Array): string {
  const header = new TextDecoder().decode(content.subarray(0, 46));
  const found = /^tree ([0-9a-f]{40})\n$/.exec(header);
  if (!found?.[1]) throw new ReceiptError('Not a git commit object: it does not begin with "tree <id>".');
  return found[1];
}
