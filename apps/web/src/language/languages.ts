/** The languages of the page, each by its own name. */
export const languages = {
  en: { name: 'English', direction: 'ltr' },
  fr: { name: 'Français', direction: 'ltr' },
  es: { name: 'Español', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
} as const;

/** A language of the page, as a BCP 47 tag. */
export type Language = keyof typeof languages;

/** Every language, in the order in which they are offered. */
export const languageTags = Object.keys(languages) as Language[];

const kept = 'cairn.language';

/** The language that the reader chose, else the first of the browser's that there is, else English. */
export function firstLanguage(): Language {
  const wanted = [readKept(), ...navigator.languages].map((tag) => tag?.split('-')[0]);
  return languageTags.find((tag) => tag === wanted.find((one) => one !== undefined && isLanguage(one))) ?? 'en';
}

/** Keeps the reader's choice for the next visit, where the browser lets a page keep something. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(kept, language);
  } catch {
    // A private window may refuse: the choice then lasts until the page is closed.
  }
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}

function readKept(): string | undefined {
  try {
    return localStorage.getItem(kept) ?? undefined;
  } catch {
    return undefined;
  }
}
