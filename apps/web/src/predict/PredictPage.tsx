import { useMutation, useQuery } from '@tanstack/react-query';
import { type DragEvent, lazy, Suspense, useMemo, useState } from 'react';
import { type ImageryChoice, useImagery } from '../catalog/imagery.ts';
import { type ModelChoice, useModels } from '../catalog/models.ts';
import { kmBetween } from '../catalog/nearness.ts';
import { gateway, type Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { MapBoundary } from '../map/MapBoundary.tsx';
import type { DrawingMode } from '../map/MapView.ts';
import { hrefOf } from '../route/place.ts';
import { go, setQuery } from '../route/use-location.ts';
import { failureOf } from '../shell/failure.ts';
import { Empty, FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { useOnline } from '../shell/OfflineNotice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { takesFiles } from '../shell/takes-files.ts';
import { useTitle } from '../shell/use-title.ts';
import { type AreaGeometry, boxOf, longestInAddress, readArea } from './area.ts';
import { AreaStep } from './AreaStep.tsx';
import { EstimateWords } from './EstimateWords.tsx';
import { ImageryStep } from './ImageryStep.tsx';
import { ModelStep } from './ModelStep.tsx';
import './predict.css';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** From a model, an image and an area to a prediction: what is likely is chosen already, all of it can be changed. */
export default function PredictPage({ query }: { query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('predict.title'));
  const models = useModels();
  const imagery = useImagery();
  const failure = failureOf(models, imagery);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (models.data === undefined || imagery.data === undefined) return <WaitingPage words={say('page.wait')} />;
  const answering = models.data.filter(({ stage }) => stage === 'production');
  const model = answering.find(({ id, model }) => [id, model].includes(query.get('model') ?? '')) ?? answering[0];
  if (model === undefined) {
    return (
      <main id="main" tabIndex={-1} className="notice">
        <h1>{say('predict.title')}</h1>
        <Empty title={say('predict.noModel')}>
          <p>{say('predict.noModelDo')}</p>
          <a className="button" href={hrefOf({ page: 'discover' })}>
            {say('nav.discover')}
          </a>
        </Empty>
      </main>
    );
  }
  return <Choices query={query} models={answering} model={model} imagery={imagery.data} />;
}

interface ChoicesProps {
  query: URLSearchParams;
  models: ModelChoice[];
  model: ModelChoice;
  imagery: ImageryChoice[];
}

function Choices({ query, models, model, imagery }: ChoicesProps) {
  const { say } = useWords();
  const online = useOnline();
  const nearest = useMemo(
    () => [...imagery].sort((a, b) => kmBetween(model.bbox, a.bbox) - kmBetween(model.bbox, b.bbox)),
    [imagery, model],
  );
  const image = imagery.find(({ id }) => id === query.get('imagery')) ?? nearest[0];
  const inAddress = query.get('area') ?? '';
  const [longArea, setLongArea] = useState<AreaGeometry>();
  const area = useMemo(() => longArea ?? readArea(inAddress), [longArea, inAddress]);
  const [drawing, setDrawing] = useState<DrawingMode>();
  const [view, setView] = useState<Bbox>();
  const [brought, setBrought] = useState<File>();
  const setArea = (geometry: AreaGeometry | undefined): void => {
    const text = geometry === undefined ? '' : JSON.stringify(geometry);
    setLongArea(text.length > longestInAddress ? geometry : undefined);
    setQuery({ area: text.length > longestInAddress ? undefined : text });
    setDrawing(undefined);
  };
  const inputs = image && { model: model.id, imagery: image.id, ...(area === undefined ? {} : { aoi: area }) };
  const estimate = useQuery({
    queryKey: ['estimate', inputs],
    queryFn: () => gateway.estimate(inputs!),
    enabled: inputs !== undefined,
    staleTime: 0,
    retry: false,
  });
  const run = useMutation({
    mutationFn: () => gateway.execute('predict', inputs!),
    onSuccess: ({ jobID }) =>
      go(hrefOf({ page: 'job', job: jobID }, { model: model.id, imagery: image?.id, area: inAddress })),
  });
  const look = area === undefined ? image?.bbox : boxOf(area);
  // An image may fall anywhere on the page, the dialog to add one being a child of it; other files go on to be checked (DropAnywhere).
  const take = (event: DragEvent<HTMLElement>): void => {
    const [file] = event.dataTransfer.files;
    if (event.defaultPrevented || file === undefined || !/\.tiff?$/i.test(file.name) || takesFiles(event.target))
      return;
    event.preventDefault();
    setBrought(file);
  };
  return (
    <main id="main" tabIndex={-1} className="beside-map" onDrop={take}>
      <section className="map" aria-label={say('predict.map')}>
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas
              look={look}
              imagery={image}
              footprints={imagery}
              area={area}
              drawing={drawing}
              onDrawn={setArea}
              onView={setView}
            />
          </Suspense>
        </MapBoundary>
        {drawing === undefined ? null : (
          <p className="map-hint" role="status">
            {say(`draw.${drawing}`)}
            <button className="button plain small" onClick={() => setDrawing(undefined)}>
              {say('draw.stop')}
            </button>
          </p>
        )}
      </section>
      <div className="panel">
        <h1>{say('predict.title')}</h1>
        <ol className="predict-steps">
          <ModelStep models={models} chosen={model} />
          <ImageryStep
            imagery={nearest}
            chosen={image}
            model={model}
            view={view}
            area={area}
            brought={brought}
            onTaken={() => setBrought(undefined)}
          />
          {image === undefined ? null : (
            <AreaStep area={area} image={image} view={view} drawing={drawing} onArea={setArea} onDraw={setDrawing} />
          )}
        </ol>
        {image === undefined ? null : (
          <section className="run" aria-label={say('estimate.title')}>
            {estimate.isError ? <Problem error={estimate.error} retry={() => void estimate.refetch()} /> : null}
            {estimate.isPending ? <Waiting words={say('estimate.wait')} /> : null}
            {estimate.data === undefined ? null : <EstimateWords estimate={estimate.data} />}
            {run.isError ? <Problem error={run.error} /> : null}
            <button
              className="button large"
              onClick={() => run.mutate()}
              disabled={!online || estimate.isError || run.isPending || run.isSuccess}
            >
              {say(run.isPending || run.isSuccess ? 'predict.starting' : 'predict.run')}
            </button>
          </section>
        )}
      </div>
    </main>
  );
}
