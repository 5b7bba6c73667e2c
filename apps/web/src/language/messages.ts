import { queryOptions } from '@tanstack/react-query';
import type { Language } from './languages.ts';
import type english from './messages/en.json';

/** The name of a message. English has them all; a test holds the other languages to the same. */
export type MessageKey = keyof typeof english;

/** The messages of a language, as ICU MessageFormat. */
export type Messages = Record<MessageKey, string>;

const loaders: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => import('./messages/en.json'),
  fr: () => import('./messages/fr.json'),
  es: () => import('./messages/es.json'),
  ar: () => import('./messages/ar.json'),
};

/** How the messages of a language are fetched: only those of the reader's come over the line. */
export function messagesQuery(language: Language) {
  return queryOptions({
    queryKey: ['messages', language],
    queryFn: async (): Promise<Messages> => (await loaders[language]()).default,
    staleTime: Infinity,
  });
}
