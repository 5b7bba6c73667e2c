import { IntlMessageFormat } from 'intl-messageformat';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { languages, languageTags, type Language } from '../src/language/languages.ts';
import type { Messages } from '../src/language/messages.ts';
import { wordsOf } from '../src/language/words.ts';

const folder = new URL('../src/language/messages/', import.meta.url);
const messages = new Map<Language, Record<string, string>>(
  await Promise.all(
    languageTags.map(async (tag): Promise<[Language, Record<string, string>]> => [
      tag,
      JSON.parse(await readFile(new URL(`${tag}.json`, folder), 'utf8')) as Record<string, string>,
    ]),
  ),
);
const english = messages.get('en')!;

const isPlain = ({ type }: { type: number }): boolean => type === 0;

/** The places of a message and, of those that count, the forms that it has. */
function shapeOf(text: string, tag: Language) {
  const places = new Set<string>();
  const forms: string[][] = [];
  const look = (parts: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const part of parts) {
      if ('value' in part && !isPlain(part)) places.add(part.value);
      if (!('options' in part)) continue;
      forms.push(Object.keys(part.options).filter((form) => !form.startsWith('=')));
      for (const { value } of Object.values(part.options)) look(value);
    }
  };
  look(new IntlMessageFormat(text, tag, undefined, { ignoreTag: true }).getAst());
  return { places: [...places].sort(), forms };
}

test('every language has its file, and no file is of no language', async () => {
  expect((await readdir(folder)).sort()).toEqual(languageTags.map((tag) => `${tag}.json`).sort());
  expect(languages.ar.direction).toBe('rtl');
});

describe.each(languageTags)('the messages in %s', (tag) => {
  const own = messages.get(tag)!;

  test('are those of English, none more and none less, and none is empty', () => {
    expect(Object.keys(own).sort()).toEqual(Object.keys(english).sort());
    expect(Object.entries(own).filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('have the same places as in English, and every form that the language counts by', () => {
    const wanted = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    // Of millions French and Spanish say "de": nothing here is counted so far.
    const counted = wanted.filter((form) => form !== 'many' || tag === 'ar').sort();
    for (const [key, text] of Object.entries(own)) {
      const { places, forms } = shapeOf(text, tag);
      expect([key, places]).toEqual([key, shapeOf(english[key]!, 'en').places]);
      for (const form of forms) expect([key, form.sort()]).toEqual([key, counted]);
    }
  });
});

test('what is put into an Arabic sentence keeps its own order, and stands bare where one reads from the left', () => {
  const by = (language: Language): string =>
    wordsOf(language, messages.get(language) as Messages, () => undefined).say('jobs.by', {
      name: 'amina',
      at: '28/11/2026',
    });
  expect(by('ar')).toContain('\u2068amina\u2069');
  expect(by('ar')).toContain('\u206828/11/2026\u2069');
  expect(by('en')).toBe('amina, 28/11/2026');
});

test('every message is said somewhere', async () => {
  const sources = await readdir(new URL('../src/', import.meta.url), { recursive: true });
  const text = await Promise.all(
    sources
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readFile(new URL(`../src/${path}`, import.meta.url), 'utf8')),
  );
  const all = text.join('\n');
  const isSaid = (key: string): boolean =>
    all.includes(`'${key}'`) || all.includes(`\`${key.slice(0, key.indexOf('.') + 1)}\${`);
  expect(Object.keys(english).filter((key) => !isSaid(key))).toEqual([]);
});
