import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf, type FileDigest, filesetDigest, filesetText } from '../src/index.ts';

const file = (path: string, content = path): FileDigest => ({ path, digest: digestOf(content) });

test('the digest of a folder is what coreutils compute', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fileset-'));
  try {
    const paths = ['b.txt', 'a/b', 'a-b', 'a.b', 'a/c/d e', 'B', 'é', 'labels.geojson', 'chips/x-1-2-3.jpg'];
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), path);
    }
    const script =
      'find . -type f -printf "%P\\n" | LC_ALL=C sort | while read -r p; do ' +
      'printf "%s\\t%s\\n" "$p" "$(sha256sum "$p" | cut -c1-64)"; done | sha256sum | cut -c1-64';
    const expected = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim();
    expect(filesetDigest(paths.map((path) => file(path)))).toBe(`sha256:${expected}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('paths are sorted by code points, not by UTF-16 units', () => {
  const text = filesetText([file('\u{1f600}'), file('\ufb33'), file('z')]);
  expect(text.split('\n').map((line) => line.split('\t')[0])).toEqual(['z', '\ufb33', '\u{1f600}', '']);
});

test('the order in which files are given does not matter, and every change of path or content does', () => {
  const path = fc.stringMatching(/^[a-c]{1,3}(\/[d-f]{1,3})?$/);
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1 }), fc.nat(), (paths, pick) => {
      const folders = new Set(paths.filter((one) => one.includes('/')).map((one) => one.split('/')[0]));
      const files = paths.filter((one) => !folders.has(one)).map((one) => file(one));
      const digest = filesetDigest(files);
      expect(filesetDigest([...files].reverse())).toBe(digest);
      const index = pick % files.length;
      const changed = files.with(index, file(files[index]?.path ?? '', 'other content'));
      expect(filesetDigest(changed)).not.toBe(digest);
      const renamed = files.with(index, { ...(files[index] as FileDigest), path: 'another' });
      expect(filesetDigest(renamed)).not.toBe(digest);
    }),
  );
});

test('a path that could mean two files, or a file elsewhere, is refused', () => {
  for (const bad of ['', '/a', '../a', 'a/../b', './a', 'a//b', 'a/', 'a\tb', 'a\nb', 'a\\b', '\ud800']) {
    expect(() => filesetDigest([file('ok'), { path: bad, digest: digestOf('') }])).toThrow(/The path/);
  }
  expect(() => filesetDigest([file('a'), file('a')])).toThrow('"a" is given twice');
  expect(() => filesetDigest([file('a/b/c'), file('a')])).toThrow('both as a file and as a folder');
});
