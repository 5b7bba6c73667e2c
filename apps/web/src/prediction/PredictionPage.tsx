import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import type { FoundFeature } from '@cairn/contracts';
import { verifyFeatureCollection } from '@cairn/receipt';
import { useImagery } from '../catalog/imagery.ts';
import { gateway, type Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { boundsOf } from './bounds.ts';
import { Downloads } from './Downloads.tsx';
import { type Buildings, readBuildings, readMissing, readPrediction } from './predictions.ts';
import { Totals } from './Totals.tsx';
import { Trail } from './Trail.tsx';
import './prediction.css';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** One prediction: the buildings on their image, what they add up to, and the trail behind them. */
export default function PredictionPage({ id }: { id: string }) {
  const { say } = useWords();
  useTitle(say('prediction.title'));
  const info = useQuery({ queryKey: ['prediction', id], queryFn: () => readPrediction(id) });
  const text = useQuery({ queryKey: ['buildings', id], queryFn: () => readBuildings(id), staleTime: Infinity });
  const missing = useQuery({ queryKey: ['missing', id], queryFn: () => readMissing(id) });
  const key = useQuery({ queryKey: ['key'], queryFn: () => gateway.publicKey(), staleTime: Infinity });
  const imagery = useImagery();
  const buildings = useMemo(
    () => (text.data === undefined ? undefined : (JSON.parse(text.data) as Buildings)),
    [text.data],
  );
  const verdict = useMemo(
    () =>
      text.data === undefined || key.data === undefined
        ? undefined
        : verifyFeatureCollection(JSON.parse(text.data), { publicKeyPem: key.data }),
    [text.data, key.data],
  );
  const [chosen, setChosen] = useState<FoundFeature>();
  const [least, setLeast] = useState(0);
  const shownLeast = useDeferredValue(least);
  const image = imagery.data?.find((one) => one.id === info.data?.imagery);
  const look = useMemo(
    (): Bbox | undefined => (buildings === undefined ? undefined : (buildings.bbox ?? boundsOf(buildings.features))),
    [buildings],
  );

  const failed = info.error ?? text.error ?? key.error;
  if (failed !== null) return <FailurePage error={failed} />;
  if (buildings === undefined || info.data === undefined) return <WaitingPage words={say('prediction.wait')} />;
  return (
    <main id="main" tabIndex={-1} className="beside-map">
      <section className="map" aria-label={say('prediction.map')}>
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas
              look={look ?? image?.bbox}
              imagery={image}
              buildings={buildings.features}
              least={least}
              onChoose={setChosen}
            />
          </Suspense>
        </MapBoundary>
      </section>
      <div className="panel">
        <Totals
          buildings={buildings.features}
          info={info.data}
          missingKm2={missing.data ?? 0}
          chosen={chosen}
          least={shownLeast}
          onLeast={setLeast}
          shown={least}
        />
        <Downloads id={id} />
        <Trail verdict={verdict} />
      </div>
    </main>
  );
}
