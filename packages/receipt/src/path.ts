import { ReceiptError } from './error.ts';

const CONTROL_CHARACTER = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Compares two texts by Unicode code points, which is also the order of their UTF-8 bytes; the sign as in Array.sort. */
export function compareCodePoints(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    // A surrogate stands for a code point above every single unit, though its own number is lower than U+E000.
    const aIsSurrogate = a >= 0xd800 && a <= 0xdfff;
    const bIsSurrogate = b >= 0xd800 && b <= 0xdfff;
    if (aIsSurrogate !== bIsSurrogate) return aIsSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

function problemWithPath(path: string): string | null {
  if (path === '') return 'is empty';
  if (CONTROL_CHARACTER.test(path)) return 'holds a control character';
  if (LONE_SURROGATE.test(path)) return 'is not well-formed Unicode';
  if (path.includes('\\')) return 'holds a backslash; separate folders by "/"';
  if (path.startsWith('/')) return 'is absolute; give it relative to its folder';
  const segments = path.split('/');
  if (segments.includes('')) return 'holds an empty segment';
  if (segments.includes('.') || segments.includes('..')) return 'holds "." or ".."';
  return null;
}

/** Throws ReceiptError unless the path is relative, separated by "/", without ".", "..", or control characters. */
export function assertPath(path: string): void {
  const problem = problemWithPath(path);
  if (problem) throw new ReceiptError(`The path ${JSON.stringify(path)} ${problem}.`);
}

/** Throws ReceiptError unless all paths are well-formed, none repeats, and none is both a file and a folder. */
export function assertFilePaths(paths: readonly string[]): void {
  const files = new Set<string>();
  for (const path of paths) {
    assertPath(path);
    if (files.has(path)) throw new ReceiptError(`The path ${JSON.stringify(path)} is given twice.`);
    files.add(path);
  }
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (files.has(folder)) {
        throw new ReceiptError(`The path ${JSON.stringify(folder)} is given both as a file and as a folder.`);
      }
    }
  }
}
