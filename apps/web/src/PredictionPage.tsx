import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { verifyFeatureCollection } from '@cairn/receipt';
import { gateway, listPredictions, readBuildings, type Building, type Buildings } from './gateway.ts';
import { Failure, Waiting } from './Notice.tsx';
import { Trail } from './Trail.tsx';
import { Totals } from './Totals.tsx';

const BuildingMap = lazy(() => import('./BuildingMap.tsx'));

/** One prediction: the buildings on their image, what they add up to, and the trail behind them. */
export function PredictionPage({ id }: { id: string }) {
  const list = useQuery({ queryKey: ['predictions'], queryFn: listPredictions });
  const text = useQuery({ queryKey: ['buildings', id], queryFn: () => readBuildings(id), staleTime: Infinity });
  const key = useQuery({ queryKey: ['key'], queryFn: () => gateway.publicKey(), staleTime: Infinity });
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
  const [chosen, setChosen] = useState<Building>();

  const failed = list.error ?? text.error ?? key.error;
  if (failed !== null) return <Failure error={failed} />;
  if (buildings === undefined || list.data === undefined) return <Waiting words="Fetching the buildings" />;
  const summary = list.data.find((prediction) => prediction.id === id);
  return (
    <main className="prediction">
      <section className="map" aria-label="Map of the buildings found">
        <Suspense fallback={<Waiting words="Drawing the map" />}>
          <BuildingMap buildings={buildings} imagery={summary?.imagery} onChoose={setChosen} />
        </Suspense>
      </section>
      <aside className="panel">
        <Totals buildings={buildings} summary={summary} chosen={chosen} id={id} />
        <Trail verdict={verdict} />
      </aside>
    </main>
  );
}
