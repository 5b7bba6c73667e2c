import { IntlMessageFormat } from 'intl-messageformat';
import { createContext, useContext } from 'react';
import { Formats } from './format.ts';
import type { Language } from './languages.ts';
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
    return String(known.format(values));
  };
  return { language, say, formats: new Formats(language, say), choose };
}

/** Carries the words to every component. */
export const WordsContext = createContext<Words | undefined>(undefined);

/** The words of the reader's language. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error('Words are asked for outside of LanguageProvider.');
  return words;
}
