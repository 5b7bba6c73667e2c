import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { firstLanguage, keepLanguage, type Language, languages } from './languages.ts';
import { messagesQuery } from './messages.ts';
import { wordsOf, WordsContext } from './words.ts';

/**
 * Speaks the reader's language to everything inside, and tells the document its language and direction. `wordless` stands where
 * the words are still on their way.
 */
export function LanguageProvider({ wordless, children }: { wordless: ReactNode; children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const messages = useQuery({
    ...messagesQuery(language),
    // While another language comes over the line, the page goes on in the one it has.
    placeholderData: (before) => before,
  });
  const words = useMemo(() => {
    if (messages.data === undefined) return undefined;
    return wordsOf(language, messages.data, (chosen) => {
      keepLanguage(chosen);
      setLanguage(chosen);
    });
  }, [language, messages.data]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = languages[language].direction;
  }, [language]);
  if (words === undefined) return wordless;
  return (
    <I18nProvider locale={language}>
      <WordsContext value={words}>{children}</WordsContext>
    </I18nProvider>
  );
}
