import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { CairnError, type StatusInfo } from '@cairn/contracts';
import { ProgressBar } from 'react-aria-components';
import { useImagery } from '../catalog/imagery.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Legend } from '../map/Legend.tsx';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { readArea } from '../predict/area.ts';
import { boundsOf } from '../prediction/bounds.ts';
import { hrefOf } from '../route/place.ts';
import { go } from '../route/use-location.ts';
import { FailurePage, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { CancelJob } from './CancelJob.tsx';
import { useLiveFeatures } from './use-live-features.ts';
import './job.css';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** A prediction on its way: buildings appear as they are found. When it has ended well, its result takes the place. */
export default function JobPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { say, formats } = useWords();
  const live = useLiveFeatures(id);
  const imagery = useImagery();
  const job = useQuery({ queryKey: ['job', id], queryFn: () => gateway.job(id), staleTime: Infinity });
  const { features, progress, ended, cut, error } = live;
  // Who finds the job among the results comes without the choices that made it: the job names its imagery.
  const predictedOn = query.get('imagery') ?? imageryOf(job.data);
  const image = imagery.data?.find((one) => one.id === predictedOn);
  const first = useMemo(
    () => (features.length === 0 ? undefined : boundsOf(features.slice(0, 50))),
    [features.length === 0],
  );
  const asked = query.get('area') ?? '';
  const area = useMemo(() => readArea(asked), [asked]);
  const again = hrefOf(
    { page: 'predict' },
    { model: query.get('model') ?? undefined, imagery: image?.id, area: query.get('area') ?? undefined },
  );
  useTitle(say('job.title'));
  useEffect(() => {
    if (ended?.status === 'successful') void showResult(id);
  }, [id, ended]);
  if (error !== undefined) return <FailurePage error={error} />;
  const running = ended === undefined || ended.status === 'successful';
  return (
    <main id="main" tabIndex={-1} className="beside-map">
      <section className="map" aria-label={say('prediction.map')}>
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas look={image?.bbox ?? first} imagery={image} area={area} buildings={features} />
          </Suspense>
        </MapBoundary>
        <Legend />
      </section>
      <div className="panel">
        <h1>{running ? say('job.title') : say(ended.status === 'dismissed' ? 'job.cancelled' : 'job.failed')}</h1>
        {running ? (
          <>
            <p className="job-count" role="status">
              {phase()}
            </p>
            <ProgressBar
              aria-label={say('job.progress')}
              value={(progress ?? 0) * 100}
              isIndeterminate={progress === undefined}
            >
              {({ percentage = 0, valueText }) => (
                <span className="progress">
                  <span className="progress-rail">
                    <span style={{ inlineSize: `${percentage}%` }} />
                  </span>
                  <span className="number">{progress === undefined ? '' : valueText}</span>
                </span>
              )}
            </ProgressBar>
            {cut ? <p className="seal bad">{say('job.cut')}</p> : null}
            <p className="quiet">{say('job.leave')}</p>
            <CancelJob id={id} />
          </>
        ) : (
          <>
            {ended.problem === undefined ? null : <Problem error={CairnError.of(ended.problem)} />}
            <p>
              <a className="button" href={again}>
                {say('job.again')}
              </a>
            </p>
          </>
        )}
      </div>
    </main>
  );

  /** What it does now. At first it waits for its turn, then for a model that sleeps when nobody asks it. */
  function phase(): string {
    if (features.length > 0) return say('job.found', { count: features.length });
    if (progress === undefined || progress === 0) return say('job.queued');
    return progress <= 0.02 ? say('job.waking') : say('job.foundNone', { share: formats.percent(progress) });
  }
}

/** Id of the imagery that a job predicts on. */
function imageryOf(job: StatusInfo | undefined): string | undefined {
  const href = job?.links.find(({ rel }) => rel === 'derived_from')?.href;
  const id = href?.split('/').at(-1);
  return id === undefined ? undefined : decodeURIComponent(id);
}

async function showResult(job: string): Promise<void> {
  const { prediction } = await gateway.jobResult(job);
  go(hrefOf({ page: 'prediction', prediction: String(prediction) }), { replace: true });
}
