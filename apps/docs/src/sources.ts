import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readPage, type Page } from './page.ts';

/** Pages that lie elsewhere because they are looked for there, and where they stand on the site. */
const borrowed: Record<string, string> = {
  'CONTRIBUTING.md': 'develop/contributing.html',
  'CHANGELOG.md': 'reference/changelog.html',
  'models/building-detector/README.md': 'model/building-detector.html',
};

/** Pages that are no part of the site, but whose links are to hold too. */
const beside = ['README.md'];

/** Every page of a repository: those of the site in the order of their paths, and those beside it. */
export interface Sources {
  pages: Map<string, Page>;
  beside: Page[];
}

/** Reads all pages of a repository: `docs/**.md`, and of the others those that are there. */
export async function readSources(repository: string): Promise<Sources> {
  const read = async (path: string) => readPage(path, await readFile(join(repository, path), 'utf8'));
  const found = await readdir(join(repository, 'docs'), { recursive: true, withFileTypes: true });
  const own = found
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)));
  const there = async (path: string) => (await readFile(join(repository, path)).catch(() => undefined)) !== undefined;
  const others: string[] = [];
  for (const path of Object.keys(borrowed)) if (await there(path)) others.push(path);
  const pages = new Map<string, Page>();
  for (const path of [...own, ...others].sort()) pages.set(path, await read(path));
  const rest: Page[] = [];
  for (const path of beside) if (await there(path)) rest.push(await read(path));
  return { pages, beside: rest };
}

/** Where a page stands on the site, from its root; a folder's README is what the folder opens with. */
export function placeOf(path: string): string {
  return (
    borrowed[path] ??
    path
      .replace(/^docs\//, '')
      .replace(/(^|\/)README\.md$/, '$1index.md')
      .replace(/\.md$/, '.html')
  );
}
