import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { verifyFeatureCollection } from '@cairn/receipt';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { type Buildings, readBuildings, readGround, readPrediction } from './predictions.ts';
import { Result } from './Result.tsx';
import { Trail } from './Trail.tsx';
import './prediction.css';

/** One prediction: the buildings on their image, what they add up to, and the trail behind them. */
export default function PredictionPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('prediction.title'));
  const info = useQuery({ queryKey: ['prediction', id], queryFn: () => readPrediction(id) });
  const text = useQuery({ queryKey: ['buildings', id], queryFn: () => readBuildings(id), staleTime: Infinity });
  const ground = useQuery({ queryKey: ['ground', id], queryFn: () => readGround(id) });
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
  const trail = useMemo(() => <Trail verdict={verdict} />, [verdict]);

  const failed = info.error ?? text.error ?? key.error;
  if (failed !== null) return <FailurePage error={failed} />;
  if (buildings === undefined || info.data === undefined) return <WaitingPage words={say('prediction.wait')} />;
  return (
    <Result info={info.data} buildings={buildings} ground={ground.data} query={query}>
      {trail}
    </Result>
  );
}
