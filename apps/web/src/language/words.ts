import { IntlMessageFormat } from 'intl-messageformat';
import { createContext, useContext } from 'react';
import { Formats } from './format.ts';
import { languages, type Language } from './languages.ts';
import type { MessageKey, Messages } from './messages.ts';

/** Says a message: its name, and the values of its places. */
export type Say = (key: MessageKey, values?: Record<string, string | number>) => string;

/** What a component needs to speak the reader's language. */
export interface Words {
  language: Language;
  say: Say;
  formats: Formats;
  choose: (language: Language) => void;
}

/** The words of a language. */
export function wordsOf(language: Language, messages: Messages, choose: (language: Language) => void): Words {
  const parsed = new Map<MessageKey, IntlMessageFormat>();
  const say: Say = (key, values) => {
    const known = parsed.get(key) ?? new IntlMessageFormat(messages[key], language, undefined, { ignoreTag: true });
    parsed.set(key, known);
    return String(known.format(values && isolated(values, language)));
  };
  return { language, say, formats: new Formats(language, say), choose };
}

/**
 * What is put into a sentence of a language that is read from the right keeps its own order: a date behind a name in Latin letters
 * would else be read from two sides (Unicode's FSI and PDI, UAX #9).
 */
function isolated(values: Record<string, string | number>, language: Language): Record<string, string | number> {
  if (languages[language].direction === 'ltr') return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? `\u2068${value}\u2069` : value]),
  );
}

/** Carries the words to every component. */
export const WordsContext = createContext<Words | undefined>(undefined);

/** The words of the reader's language. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error('Words are asked for outside of LanguageProvider.');
  return words;
}
