import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const dist = new URL('../dist/', import.meta.url);
const read = (path: string) => readFile(new URL(path, dist));

/** The files that a module takes with it, and those that it fetches later. */
function importsOf(code: string): { now: string[]; later: string[] } {
  const now = [...code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(([, file]) => file!);
  const later = [...code.matchAll(/import\(\s*[`"']\.\/([^`"']+\.js)[`"']\s*\)/g)].map(([, file]) => file!);
  return { now, later };
}

async function withImports(file: string, seen = new Map<string, Buffer>()): Promise<Map<string, Buffer>> {
  if (seen.has(file)) return seen;
  const bytes = await read(file);
  seen.set(file, bytes);
  if (!file.endsWith('.js')) return seen;
  for (const other of importsOf(bytes.toString()).now) await withImports(`assets/${other}`, seen);
  return seen;
}

const html = (await read('index.html')).toString();
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!);
const kilobytes = (files: Iterable<Buffer>): number =>
  [...files].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0) / 1000;

describe('the page as it is built', () => {
  test('comes with at most 250 kB, compressed, before its map', async () => {
    const files = new Map<string, Buffer>([['index.html', Buffer.from(html)]]);
    for (const file of named) await withImports(file, files);
    // The messages of one language are asked for at once.
    for (const file of await readdir(new URL('assets/', dist))) {
      if (file.startsWith('ar-')) await withImports(`assets/${file}`, files);
      // So are the letters that are read in it, beside the basic ones that every page has.
      if (/^(inter-latin|noto-sans-arabic)-[\w-]{8}\.woff2$/.test(file)) await withImports(`assets/${file}`, files);
    }
    expect(kilobytes(files.values())).toBeLessThan(250);
    expect([...files.keys()].filter((file) => file.endsWith('.woff2'))).toHaveLength(2);
    expect([...files.keys()].filter((file) => /MapCanvas|maplibre|draw/.test(file))).toEqual([]);
  });

  test('has no script and no style in its document, as its Content-Security-Policy asks', () => {
    expect(html.match(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/g)).toBeNull();
  });
});
