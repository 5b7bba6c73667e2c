import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../src');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The selectors of a stylesheet, each as the classes that it names. */
function selectorsOf(file: string): string[][] {
  const text = read(file).replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/([^{};]+)\{/g)]
    .map(([, selector]) => selector!.trim())
    .filter((selector) => !selector.startsWith('@'))
    .flatMap((selector) => selector.split(/,(?![^(]*\))/))
    .map((selector) => [...new Set([...selector.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name!))]);
}

/** The classes that a component writes out. */
function classesOf(file: string): string[] {
  return [...read(file).matchAll(/className=(?:"([^"]*)"|\{([^}]*)\})/g)].flatMap(([, plain, choice]) =>
    plain === undefined ? [...choice!.matchAll(/'([^']*)'/g)].flatMap(([, one]) => one!.split(' ')) : plain.split(' '),
  );
}

/** Every file that is fetched with one: what it imports, and, for a page, what it fetches later. */
function closure(file: string, withLazy: boolean, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (file.endsWith('.css')) return seen;
  const kinds = withLazy ? /(?:from|import|import\() ?'(\.[^']*)'/g : /(?:from|import) '(\.[^']*)'/g;
  for (const [, path] of read(file).matchAll(kinds)) {
    const other = relative(root, resolve(root, dirname(file), path!));
    if (/\.(css|tsx?)$/.test(other)) closure(other, withLazy, seen);
  }
  return seen;
}

const isStylesheet = (file: string): boolean => file.endsWith('.css');
const stylesheets = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(isStylesheet);

test('no class has a look of its own in two stylesheets, of which the one that came last would win', () => {
  const owners = new Map<string, Set<string>>();
  for (const file of stylesheets) {
    for (const classes of selectorsOf(file)) {
      if (classes.length === 1) owners.set(classes[0]!, (owners.get(classes[0]!) ?? new Set()).add(file));
    }
  }
  const twice = [...owners].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files].join(' '));
  expect(owners.size).toBeGreaterThan(100);
  expect(twice).toEqual([]);
});

test('every page brings the looks that it uses, whichever page was open before', () => {
  const styled = new Set(stylesheets.flatMap((file) => selectorsOf(file).flat()));
  const eager = closure('main.tsx', false);
  const pages = ['App.tsx', 'job/AnyJobPage.tsx'].flatMap((file) =>
    [...read(file).matchAll(/import\('(\.[^']*)'\)/g)].map(([, path]) => join(dirname(file), path!)),
  );
  expect(pages.length).toBeGreaterThan(15);
  const missing = pages.flatMap((page) => {
    const files = closure(page, page !== 'job/AnyJobPage.tsx');
    const brought = new Set([...eager, ...files].filter(isStylesheet).flatMap((file) => selectorsOf(file).flat()));
    return [...files]
      .filter((file) => file.endsWith('.tsx'))
      .flatMap((file) => classesOf(file))
      .filter((name) => styled.has(name) && !brought.has(name))
      .map((name) => `${page} ${name}`);
  });
  expect([...new Set(missing)]).toEqual([]);
});
