import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SessionInfo } from '@cairn/contracts';
import { FeedbackButton } from '../feedback/FeedbackButton.tsx';
import { gateway } from '../gateway.ts';
import { languages, languageTags, type Language } from '../language/languages.ts';
import { useWords } from '../language/words.ts';
import { hrefOf, type Place } from '../route/place.ts';
import { sessionKey } from '../session/session.ts';
import { Brand } from './Brand.tsx';
import { useCurrentInView } from './use-current-in-view.ts';
import './header.css';

const entries = [
  { key: 'nav.discover', href: hrefOf({ page: 'discover' }), pages: ['discover', 'model', 'approve'] },
  { key: 'nav.predict', href: hrefOf({ page: 'predict' }), pages: ['predict', 'job'] },
  { key: 'nav.predictions', href: hrefOf({ page: 'predictions' }), pages: ['predictions', 'prediction', 'trail'] },
  { key: 'nav.training', href: hrefOf({ page: 'training' }), pages: ['training', 'train', 'runs', 'dataset'] },
  { key: 'nav.verify', href: hrefOf({ page: 'verify' }), pages: ['verify'] },
  { key: 'nav.blueprint', href: hrefOf({ page: 'blueprint' }), pages: ['blueprint'] },
  { key: 'nav.operate', href: hrefOf({ page: 'operate', section: 'accounts' }), pages: ['operate'] },
] as const;

/** The bar above every page: where one can go, the language, and who is signed in. */
export function Header({ place, session }: { place: Place; session: SessionInfo | null }) {
  const { say, language, choose } = useWords();
  const bar = useCurrentInView(`${place.page} ${language} ${session?.id ?? ''}`);
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: () => gateway.signOut(),
    onSuccess: () => {
      queries.setQueryData(sessionKey, null);
      // What one reader has seen is not for the next; the page's own words are.
      queries.removeQueries({
        predicate: ({ queryKey }) => ![sessionKey[0], 'messages'].includes(String(queryKey[0])),
      });
    },
  });
  // A link among the pages, where there are any: at the bar's end a telephone has no room for it.
  const docs = (
    <a href="/docs/" hrefLang="en">
      {say('nav.docs')}
    </a>
  );
  return (
    <header className="bar">
      <a className="brand" href={hrefOf({ page: 'discover' })}>
        <Brand />
      </a>
      {session === null ? null : (
        <nav ref={bar} aria-label={say('nav.label')}>
          {entries.map(({ key, href, pages }) => (
            <a
              key={key}
              href={href}
              aria-current={(pages as readonly string[]).includes(place.page) ? 'page' : undefined}
            >
              {say(key)}
            </a>
          ))}
          {docs}
        </nav>
      )}
      <div className="bar-end">
        {session === null ? null : <FeedbackButton className="link give-feedback" words={say('feedback.give')} />}
        {session === null ? docs : null}
        <select
          aria-label={say('nav.language')}
          value={language}
          onChange={(event) => choose(event.target.value as Language)}
        >
          {languageTags.map((tag) => (
            <option key={tag} value={tag} lang={tag}>
              {languages[tag].name}
            </option>
          ))}
        </select>
        {session === null ? null : (
          <button className="link" onClick={() => leave.mutate()} title={say('nav.signedIn', { name: session.id })}>
            {say('nav.signOut')}
          </button>
        )}
      </div>
    </header>
  );
}
