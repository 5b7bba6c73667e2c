import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { articleOf, type Size } from './article.ts';
import { faultsOf, groundOf } from './check.ts';
import { documentOf, nowhere } from './document.ts';
import { sectionsOf } from './sections.ts';
import { placeOf, readSources } from './sources.ts';
import { follow } from './target.ts';

/** Where the gateway serves the site. */
const root = '/docs/';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
/** What the application looks like, then what is the docs' own. */
const styles = [
  join(web, 'src/styles/fonts.css'),
  join(web, 'src/styles/tokens.css'),
  join(web, 'src/styles/base.css'),
  join(web, 'src/styles/parts.css'),
  join(web, 'src/shell/header.css'),
  fileURLToPath(new URL('site.css', import.meta.url)),
];

/** A site as files: what each holds, by its path from the site's root. */
export interface Site {
  files: Map<string, string | { copyOf: string }>;
  /** What is wrong with the pages, a line each; where there is any, there are no files. */
  faults: string[];
}

/** Makes the site of a repository's pages. The same pages give the same bytes. */
export async function makeSite(repository: string): Promise<Site> {
  const sources = await readSources(repository);
  const ground = groundOf(repository, sources);
  const faults = faultsOf(sources, ground);
  const files: Site['files'] = new Map();
  const sizes = new Map<string, Size>();
  for (const page of [...sources.pages.values(), ...sources.beside]) {
    for (const reference of page.references) {
      const target = follow(page, reference, ground);
      if (typeof target === 'string' || target.kind !== 'image' || sizes.has(target.path)) continue;
      const size = await sharp(join(repository, target.path))
        .metadata()
        .catch(() => undefined);
      if (size === undefined) faults.push(`${page.path}:${reference.line}: ${target.path} cannot be read as an image`);
      else {
        sizes.set(target.path, size);
        files.set(target.path.replace(/^docs\//, ''), { copyOf: join(repository, target.path) });
      }
    }
  }
  if (faults.length > 0) return { files: new Map(), faults };

  const sections = sectionsOf(ground);
  for (const page of sources.pages.values()) {
    files.set(placeOf(page.path), documentOf(page, articleOf(page, ground, sizes), sections));
  }
  files.set('404.html', nowhere(root, sections));
  const css = (await Promise.all(styles.map((path) => readFile(path, 'utf8'))))
    .join('\n')
    .replaceAll('../fonts/', 'fonts/');
  files.set('site.css', css);
  for (const [path] of css.matchAll(/\bfonts\/[\w-]+\.woff2\b/g)) files.set(path, { copyOf: join(web, 'src', path) });
  files.set('favicon.svg', { copyOf: join(web, 'public/favicon.svg') });
  return { files, faults };
}

/** Writes a site in place of what is in the folder. */
export async function writeSite({ files }: Site, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await (typeof content === 'string' ? writeFile(file, content) : copyFile(content.copyOf, file));
  }
}
