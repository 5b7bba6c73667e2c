import { posix } from 'node:path';
import { CairnError, type FileSet } from '@cairn/contracts';

/**
 * Checks that a list of files can be laid out below one folder and nowhere else: paths are relative with forward slashes,
 * without `.`, `..`, empty parts or control characters, no path comes twice, and none is both a file and a folder.
 * @throws CairnError `input-invalid`; `where` is the path.
 */
export function checkPaths(files: FileSet): void {
  const seen = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..') || hasControl(path) || path.includes('\\')) {
      throw refused(path, 'leaves its folder or is no plain relative path');
    }
    if (seen.has(path)) throw refused(path, 'comes twice');
    seen.add(path);
    for (let up = posix.dirname(path); up !== '.' && !folders.has(up); up = posix.dirname(up)) folders.add(up);
  }
  for (const path of seen) {
    if (folders.has(path)) throw refused(path, 'is named both as a file and as a folder');
  }
}

function hasControl(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

function refused(path: string, why: string): CairnError {
  return new CairnError('input-invalid', `The file path ${JSON.stringify(path)} ${why}.`, {
    where: path,
    action: 'Name every file once, by its path inside the folder, with forward slashes.',
  });
}
