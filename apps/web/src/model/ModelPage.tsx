import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { CairnError } from '@cairn/contracts';
import { evidenceQuery } from '../catalog/evidence.ts';
import { type ModelChoice, useModels } from '../catalog/models.ts';
import { middleOf } from '../catalog/nearness.ts';
import { useClassWords, useTaskWords } from '../catalog/task-words.ts';
import { Examples } from '../examples/Examples.tsx';
import { useWords } from '../language/words.ts';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { hrefOf } from '../route/place.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { AccuracyFigures } from './AccuracyFigures.tsx';
import { ApprovalWords } from './ApprovalWords.tsx';
import { VersionList } from './VersionList.tsx';
import './model.css';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));
const Card = lazy(() => import('./Card.tsx'));

/** A model in plain language: the version that the address names, else the one that answers. */
export default function ModelPage({ model, query }: { model: string; query: URLSearchParams }) {
  const { say } = useWords();
  const models = useModels();
  const failure = failureOf(models);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (models.data === undefined) return <WaitingPage words={say('page.wait')} />;
  const versions = models.data.filter((one) => one.model === model);
  const chosen = versions.find(({ version }) => String(version) === query.get('version')) ?? versions[0];
  if (chosen === undefined) {
    const action = 'Choose one of those on the start page.';
    return <FailurePage error={new CairnError('not-found', `There is no model ${model}.`, { where: model, action })} />;
  }
  return <VersionPage chosen={chosen} versions={versions} />;
}

function VersionPage({ chosen, versions }: { chosen: ModelChoice; versions: ModelChoice[] }) {
  const { say, formats } = useWords();
  const taskWords = useTaskWords();
  const classWords = useClassWords();
  useTitle(chosen.title);
  const shown = useQuery(evidenceQuery(chosen));
  const card = shown.data?.card;
  const [lon, lat] = middleOf(chosen.bbox);
  // Its part of the world, with the pin in the middle.
  const target = useMemo(() => ({ from: { lon, lat, zoom: 2 } }), [lon, lat]);
  const pin = { id: chosen.id, at: [lon, lat] as [number, number], label: chosen.title, href: '', strong: true };
  return (
    <main id="main" tabIndex={-1} className="model">
      <p className="crumbs">
        <a href={hrefOf({ page: 'discover' })}>{say('nav.discover')}</a>
      </p>
      <div className="model-head">
        <div>
          <h1>{chosen.title}</h1>
          <p className="lead" lang="en">
            {chosen.description}
          </p>
        </div>
        {chosen.stage === 'production' ? (
          <a className="button" href={hrefOf({ page: 'predict' }, { model: chosen.id })}>
            {say('card.use')}
          </a>
        ) : (
          <p className="seal">{say(`stage.${chosen.stage}`)}</p>
        )}
      </div>
      <div className="model-columns">
        <div>
          <section>
            <h2>{say('model.good')}</h2>
            <AccuracyFigures metrics={chosen.metrics} />
          </section>
          {shown.isPending ? <Waiting words={say('page.wait')} /> : null}
          {shown.isError ? <Problem error={shown.error} retry={() => void shown.refetch()} /> : null}
          {card === undefined ? null : (
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
          )}
          {card === undefined || card.pictures.length === 0 ? null : (
            <section>
              <h2>{say('model.pictures')}</h2>
              <div className="pictures">
                {workFirst(card.pictures, chosen.picture).map(({ title, href }) => (
                  <a key={href} href={href} target="_blank" rel="noreferrer">
                    <img
                      src={href}
                      alt={say('model.picture', { name: title.replace(/\.[^.]+$/, '') })}
                      loading="lazy"
                    />
                  </a>
                ))}
              </div>
            </section>
          )}
          {card === undefined ? null : <Examples version={chosen} card={card} />}
          {card === undefined || card.text === null ? null : (
            <details className="whole-card">
              <summary>{say('model.card')}</summary>
              <Suspense fallback={<Waiting words={say('page.wait')} />}>
                <Card text={card.text} />
              </Suspense>
            </details>
          )}
        </div>
        <aside>
          <section>
            <h2>{say('model.approval')}</h2>
            <ApprovalWords approval={chosen.approval} />
            <p>
              <a href={hrefOf({ page: 'approve', model: chosen.model }, { version: String(chosen.version) })}>
                {say('approve.open')}
              </a>
            </p>
          </section>
          <section>
            <h2>{say('model.facts')}</h2>
            <dl className="facts">
              <dt>{say('model.finds')}</dt>
              <dd>
                {chosen.classes.map(classWords).join(', ')} ({chosen.tasks.map(taskWords).join(', ')})
              </dd>
              <dt>{say('filter.resolution')}</dt>
              <dd>{say('card.gsd', { gsd: formats.metres(chosen.gsd) })}</dd>
              <dt>{say('filter.licence')}</dt>
              <dd>{chosen.licence}</dd>
              <dt>{say('model.data')}</dt>
              <dd>{say(`data.${chosen.data}`)}</dd>
            </dl>
          </section>
          <section>
            <h2>{say('model.where')}</h2>
            <div className="model-map">
              <MapBoundary>
                <Suspense fallback={<Waiting words={say('map.wait')} />}>
                  <MapCanvas pins={[pin]} target={target} />
                </Suspense>
              </MapBoundary>
            </div>
          </section>
          <section>
            <h2>{say('model.versions')}</h2>
            <VersionList versions={versions} chosen={chosen} />
          </section>
        </aside>
      </div>
    </main>
  );
}

/** The pictures, that of the version's work before those of its training. */
function workFirst<P extends { href: string }>(pictures: readonly P[], work: string | undefined): P[] {
  const [first, others] = [pictures.filter(({ href }) => href === work), pictures.filter(({ href }) => href !== work)];
  return [...first, ...others];
}
