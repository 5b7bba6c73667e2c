import type { ReactNode } from 'react';
import { useWords } from '../language/words.ts';
import { hrefOf, type OperateSection, operateSections } from '../route/place.ts';
import { useSession } from '../session/session.ts';
import { Empty } from '../shell/Notice.tsx';
import { useCurrentInView } from '../shell/use-current-in-view.ts';
import { useTitle } from '../shell/use-title.ts';
import { Accounts } from './Accounts.tsx';
import { Costs } from './Costs.tsx';
import { Events } from './Events.tsx';
import { Jobs } from './Jobs.tsx';
import { Tokens } from './Tokens.tsx';
import './operate.css';

interface Props {
  section: OperateSection;
  query: URLSearchParams;
}

/** What administrators keep an eye on. Everybody has tokens of their own; the rest says to others who may see it. */
export default function OperatePage({ section, query }: Props) {
  const { say, language } = useWords();
  const bar = useCurrentInView(`${section} ${language}`);
  const session = useSession();
  useTitle(say(`operate.${section}`));
  const reader = session.data;
  if (reader === undefined || reader === null) return null;
  const mayAll = reader.roles.includes('administrator');
  return (
    <main id="main" tabIndex={-1} className="operate">
      <h1>{say('operate.title')}</h1>
      <nav ref={bar} className="sections" aria-label={say('operate.sections')}>
        {operateSections.map((one) => (
          <a
            key={one}
            href={hrefOf({ page: 'operate', section: one })}
            aria-current={one === section ? 'page' : undefined}
          >
            {say(`operate.${one}`)}
          </a>
        ))}
      </nav>
      {mayAll || section === 'tokens' ? (
        sectionOf()
      ) : (
        <Empty title={say('operate.notYours')}>
          <p>
            {say('operate.notYoursLead', {
              name: reader.id,
              roles: reader.roles.map((role) => say(`role.${role}`)).join(', '),
            })}
          </p>
          <p>
            <a href={hrefOf({ page: 'operate', section: 'tokens' })}>{say('operate.ownTokens')}</a>
          </p>
        </Empty>
      )}
    </main>
  );

  function sectionOf(): ReactNode {
    switch (section) {
      case 'accounts':
        return <Accounts reader={reader!.id} />;
      case 'tokens':
        return <Tokens reader={reader!} />;
      case 'jobs':
        return <Jobs query={query} />;
      case 'costs':
        return <Costs query={query} />;
      case 'events':
        return <Events query={query} />;
    }
  }
}
