import { posix } from 'node:path';
import type { Page, Reference } from './page.ts';

/** Where a link or an image leads. */
export type Target =
  | { kind: 'web'; address: string }
  | { kind: 'page'; page: Page; anchor: string }
  | { kind: 'image'; path: string }
  /** A file or folder of the source, which the site does not hold. */
  | { kind: 'source'; path: string };

/** What the links of a repository may lead to. Paths are those of the repository. */
export interface Ground {
  pages: ReadonlyMap<string, Page>;
  /** Its files and folders. */
  has: (path: string) => boolean;
}

/**
 * Follows a reference of a page.
 * @returns where it leads, or in words why it leads nowhere
 */
export function follow(page: Page, { kind, href, text }: Reference, ground: Ground): Target | string {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href)) {
    if (kind === 'image') return `the image ${href} is of another host; keep pictures in docs/images`;
    return /^(https?|mailto):/i.test(href) ? { kind: 'web', address: href } : `${href} is no address of the web`;
  }
  if (href.startsWith('/')) return `${href} begins with "/"; name it from this page's folder`;
  const [location = '', anchor = ''] = href.split('#', 2).map(decoded);
  const path = location === '' ? page.path : posix.join(posix.dirname(page.path), location).replace(/\/$/, '');
  if (path.startsWith('..')) return `${href} leads out of the repository`;
  if (kind === 'image') {
    if (!ground.has(path)) return `there is no image ${path}`;
    if (!path.startsWith('docs/')) return `the image ${path} lies outside docs/`;
    return text.trim() === '' ? `the image ${path} has no words for those who do not see it` : { kind, path };
  }
  const target = ground.pages.get(path) ?? ground.pages.get(`${path}/README.md`);
  if (target === undefined) {
    if (!ground.has(path)) return `there is no ${path}`;
    return path.startsWith('docs/images/') ? { kind: 'image', path } : { kind: 'source', path };
  }
  if (anchor !== '' && ![...target.headings.values()].some((heading) => heading.anchor === anchor)) {
    return `${target.path} has no heading #${anchor}`;
  }
  return { kind: 'page', page: target, anchor };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
