import { posix } from 'node:path';
import type { Page } from './page.ts';
import { placeOf } from './sources.ts';
import { follow, type Ground } from './target.ts';

/** The pages of one folder of the site, in the order in which they are read. */
export interface Section {
  folder: string;
  title: string;
  pages: Page[];
}

/**
 * The site's contents: a section a folder. The order is that in which the start page leads to the folders, and a folder's own page to
 * its pages; what none leads to comes last.
 */
export function sectionsOf(ground: Ground): Section[] {
  const folders = new Map<string, Page[]>();
  for (const page of ground.pages.values()) {
    const folder = folderOf(page);
    if (folder !== '') folders.set(folder, [...(folders.get(folder) ?? []), page]);
  }
  const start = ground.pages.get('docs/README.md');
  const order = start === undefined ? [] : leadsTo(start, ground).map(folderOf);
  return sorted([...folders.keys()].sort(), order).map((folder) => {
    const pages = folders.get(folder)!;
    const first = pages.find((page) => placeOf(page.path) === `${folder}/index.html`);
    return {
      folder,
      title: first?.title ?? folder.charAt(0).toUpperCase() + folder.slice(1),
      pages: sorted(pages, first === undefined ? [] : [first, ...leadsTo(first, ground)]),
    };
  });
}

/** The section in which a page stands: the folder of the site directly below its root. */
export function folderOf(page: Page): string {
  const folder = posix.dirname(placeOf(page.path));
  return folder === '.' ? '' : folder.split('/')[0]!;
}

function leadsTo(page: Page, ground: Ground): Page[] {
  return page.references.flatMap((reference) => {
    const target = follow(page, reference, ground);
    return typeof target !== 'string' && target.kind === 'page' ? [target.page] : [];
  });
}

function sorted<T>(all: T[], order: readonly T[]): T[] {
  const rank = (one: T) => (order.includes(one) ? order.indexOf(one) : order.length);
  return all.sort((one, other) => rank(one) - rank(other));
}
