import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from './page.ts';
import type { Sources } from './sources.ts';
import { follow, type Ground } from './target.ts';

/** What the links of a repository on this disk may lead to. Letters count as they are written, on every file system. */
export function groundOf(repository: string, { pages }: Sources): Ground {
  const lists = new Map<string, string[]>();
  const has = (path: string): boolean => {
    if (path === '' || path === '.') return true;
    const folder = dirname(path);
    if (!has(folder)) return false;
    let list = lists.get(folder);
    if (list === undefined) {
      const full = join(repository, folder);
      list = existsSync(full) ? readdirSync(full) : [];
      lists.set(folder, list);
    }
    return list.includes(basename(path));
  };
  return { pages, has };
}

/** What is wrong with the pages, a line each: file, line, and what. */
export function faultsOf({ pages, beside }: Sources, ground: Ground): string[] {
  return [...[...pages.values()], ...beside].flatMap((page) => [
    ...page.html.map((line) => fault(page, line, 'HTML is not taken over; write it in Markdown')),
    ...page.references.flatMap((reference) => {
      const target = follow(page, reference, ground);
      return typeof target === 'string' ? [fault(page, reference.line, target)] : [];
    }),
  ]);
}

function fault(page: Page, line: number, words: string): string {
  return `${page.path}:${line}: ${words}`;
}
