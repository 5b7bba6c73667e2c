import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useImagery } from '../catalog/imagery.ts';
import { middleOf } from '../catalog/nearness.ts';
import { type ModelChoice, useModels } from '../catalog/models.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { useIdle } from '../map/use-idle.ts';
import { useSeen } from '../map/use-seen.ts';
import { hrefOf } from '../route/place.ts';
import { setQuery } from '../route/use-location.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { filtered, filterNames, filtersOf } from './filters.ts';
import { FilterBar } from './FilterBar.tsx';
import { ModelCard } from './ModelCard.tsx';
import './discover.css';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** The start page: every model that answers, as cards and on the map, and those that wait for approval. */
export function DiscoverPage({ query }: { query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('discover.title'));
  const models = useModels();
  const imagery = useImagery();
  const [view, setView] = useState<Bbox>();
  const filters = filtersOf(query);
  const clear = () => setQuery(Object.fromEntries(filterNames.map((name) => [name, undefined])));
  const isFiltered = filterNames.some((name) => filters[name] !== undefined);
  const shown = filtered(models.data ?? [], filters, imagery.data ?? [], view);
  const answering = shown.filter(({ stage }) => stage === 'production');
  const waiting = shown.filter(({ stage }) => stage === 'candidate' || stage === 'staging');
  return (
    <main id="main" tabIndex={-1} className="discover">
      <div className="discover-list" aria-busy={models.isPending}>
        <h1>{say('discover.title')}</h1>
        <p className="lead">{say('discover.lead')}</p>
        {models.isError ? <Problem error={models.error} retry={() => void models.refetch()} /> : null}
        {models.isPending ? <Waiting words={say('discover.wait')} /> : null}
        {models.data === undefined || models.data.length === 0 ? null : (
          <FilterBar filters={filters} models={models.data} imagery={imagery.data ?? []} />
        )}
        {models.data?.length === 0 ? (
          <Empty title={say('discover.none')}>
            <p>{say('discover.noneDo')}</p>
            <pre dir="ltr">
              <code>bin/cairn model add models/building-detector</code>
            </pre>
          </Empty>
        ) : null}
        {models.isSuccess && models.data.length > 0 ? (
          <p className="quiet" role="status">
            {say('discover.count', { count: answering.length })}
          </p>
        ) : null}
        <ul className="cards">
          {answering.map((model, at) => (
            <ModelCard key={model.id} model={model} level={2} first={at === 0} />
          ))}
        </ul>
        {models.isSuccess && models.data.length > 0 && shown.length === 0 && isFiltered ? (
          <Empty title={say('discover.noMatch')}>
            <button className="button plain" onClick={clear}>
              {say('discover.clear')}
            </button>
          </Empty>
        ) : null}
        {waiting.length === 0 ? null : (
          <section aria-label={say('discover.waiting')}>
            <h2>{say('discover.waiting')}</h2>
            <p className="quiet">{say('discover.waitingLead')}</p>
            <ul className="cards">
              {waiting.map((model) => (
                <ModelCard key={model.id} model={model} level={3} first={false} />
              ))}
            </ul>
          </section>
        )}
      </div>
      <DiscoverMap models={shown} placed={!models.isPending} onView={setView} />
    </main>
  );
}

/**
 * The map is fetched when the page stands and its place is seen, since it is larger than everything else. Where that is, is known
 * once the cards above it have come: then it is `placed`.
 */
function DiscoverMap({
  models,
  placed,
  onView,
}: {
  models: ModelChoice[];
  placed: boolean;
  onView: (view: Bbox) => void;
}) {
  const { say } = useWords();
  const idle = useIdle();
  const section = useRef<HTMLElement>(null);
  const seen = useSeen(section, placed);
  const pins = useMemo(
    () =>
      models.map(({ id, model, version, title, bbox, stage }) => ({
        id,
        at: middleOf(bbox),
        label: title,
        href: hrefOf({ page: 'model', model }, { version: String(version) }),
        strong: stage === 'production',
      })),
    [models],
  );
  return (
    <section ref={section} className="discover-map" aria-label={say('discover.map')}>
      {idle && seen ? (
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas pins={pins} onView={onView} />
          </Suspense>
        </MapBoundary>
      ) : null}
    </section>
  );
}
