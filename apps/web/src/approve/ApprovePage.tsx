import { useQuery } from '@tanstack/react-query';
import { CairnError, type DeclaredUse, type Departure, type Shown } from '@cairn/contracts';
import { evidenceQuery } from '../catalog/evidence.ts';
import { type ModelChoice, useModels } from '../catalog/models.ts';
import { gateway } from '../gateway.ts';
import { Examples } from '../examples/Examples.tsx';
import { useWords } from '../language/words.ts';
import '../model/model.css';
import { hrefOf } from '../route/place.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { DecisionForm } from './DecisionForm.tsx';
import { FigureTable } from './FigureTable.tsx';
import { LicenceList } from './LicenceList.tsx';
import { PicturePairs } from './PicturePairs.tsx';
import './approve.css';

/** What an approver sees of a version, beside the one that answers now, and what they decide. */
export default function ApprovePage({ model, query }: { model: string; query: URLSearchParams }) {
  const { say } = useWords();
  const models = useModels();
  const versions = models.data?.filter((one) => one.model === model) ?? [];
  const version = versions.find((one) => String(one.version) === query.get('version')) ?? versions[0];
  const use = (query.get('use') ?? undefined) as DeclaredUse | undefined;
  const [id, number] = [version?.id, version?.version];
  const shown = useQuery({
    ...evidenceQuery(version, use),
    staleTime: 0,
    // While the licences are read for another use, the page stays.
    placeholderData: (before) => (before?.evidence.version === id ? before : undefined),
  });
  const departure = useQuery({
    queryKey: ['departure', id],
    queryFn: () => gateway.departure(model, number!),
    enabled: number !== undefined,
    staleTime: 0,
  });
  const now = departure.data?.answers.now ?? null;
  const beside = versions.find((one) => one.id === now && one.id !== id);
  const production = useQuery(evidenceQuery(beside));
  const failure = failureOf(models, shown, departure);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (models.data !== undefined && version === undefined) {
    const action = 'Choose one of those on the start page.';
    return <FailurePage error={new CairnError('not-found', `There is no model ${model}.`, { where: model, action })} />;
  }
  if (version === undefined || shown.data === undefined || departure.data === undefined)
    return <WaitingPage words={say('page.wait')} />;
  return (
    <Evidence
      key={version.id}
      version={version}
      shown={shown.data}
      departure={departure.data}
      production={production.data}
    />
  );
}

interface Props {
  version: ModelChoice;
  shown: Shown;
  departure: Departure;
  production: Shown | undefined;
}

function Evidence({ version, shown, departure, production }: Props) {
  const { say } = useWords();
  useTitle(say('approve.title', { title: version.title }));
  const { evidence, card } = shown;
  return (
    <main id="main" tabIndex={-1} className="model approve">
      <p className="crumbs">
        <a href={hrefOf({ page: 'discover' })}>{say('nav.discover')}</a>
        {' / '}
        <a href={hrefOf({ page: 'model', model: version.model }, { version: String(version.version) })}>
          <bdi>{version.id}</bdi>
        </a>
      </p>
      <div className="model-head">
        <div>
          <h1>{say('approve.title', { title: version.title })}</h1>
          <p className="lead">
            {say('approve.lead', {
              author: evidence.author,
              known: say(`known.${evidence.known === 'witnessed' ? 'witnessed' : 'imported'}`),
            })}
          </p>
        </div>
        <ul className="tags">
          <li>{say(`stage.${evidence.stage}`)}</li>
        </ul>
      </div>
      <div className="model-columns">
        <div>
          <section>
            <h2>{say('evidence.figures')}</h2>
            {evidence.inProduction.length === 0 ? <p>{say('evidence.alone')}</p> : null}
            <FigureTable caption={say('evidence.ownTest')} version={version.id} figures={evidence.figures} />
            {evidence.inProduction.map(({ version: other, comparable, words }) => (
              <p key={other} className={comparable ? 'quiet small' : 'seal tag-warn'}>
                <bdi>{other}</bdi>:{' '}
                <span lang="en" dir="auto">
                  {words}
                </span>
              </p>
            ))}
            {evidence.evaluations.map(({ dataset, testSet, words, figures }) => (
              <div key={testSet}>
                <FigureTable caption={say('evidence.measuredOn', { dataset })} version={version.id} figures={figures} />
                <p className="quiet small" lang="en" dir="auto">
                  {words}
                </p>
              </div>
            ))}
            <p className={evidence.tried ? 'quiet small' : 'seal tag-warn'}>
              {say(evidence.tried ? 'evidence.tried' : 'evidence.notTried')}
            </p>
          </section>
          <section>
            <h2>{say('model.pictures')}</h2>
            <PicturePairs
              candidate={{ version: version.id, card }}
              production={production && { version: production.evidence.version, card: production.card }}
            />
          </section>
          <Examples version={version} card={card} beside={production?.card.examples} />
          <section>
            <h2>{say('model.bad')}</h2>
            {card.limits.length === 0 ? (
              <p>{say('evidence.noLimits')}</p>
            ) : (
              <ul className="limits" lang="en">
                {card.limits.map((limit) => (
                  <li key={limit}>{limit}</li>
                ))}
              </ul>
            )}
          </section>
          <section>
            <h2>{say('evidence.licences', { use: say(`use.${evidence.use}`) })}</h2>
            <LicenceList licences={evidence.licences} />
          </section>
        </div>
        <aside className="decision" aria-labelledby="decision-title">
          <h2 id="decision-title">{say('decide.title')}</h2>
          <DecisionForm version={version} shown={shown} departure={departure} />
        </aside>
      </div>
    </main>
  );
}
