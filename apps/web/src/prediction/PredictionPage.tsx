import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { FeedbackButton } from '../feedback/FeedbackButton.tsx';
import { useWords } from '../language/words.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { TrailInBrief } from '../trail/TrailInBrief.tsx';
import { useOwnKey, useVerdict } from '../trail/use-verdict.ts';
import { type Buildings, readBuildings, readGround, readPrediction } from './predictions.ts';
import { Result } from './Result.tsx';
import './prediction.css';

/** One prediction: the buildings on their image, what they add up to, and the trail behind them. */
export default function PredictionPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('prediction.title'));
  const info = useQuery({ queryKey: ['prediction', id], queryFn: () => readPrediction(id) });
  const text = useQuery({ queryKey: ['buildings', id], queryFn: () => readBuildings(id), staleTime: Infinity });
  const ground = useQuery({ queryKey: ['ground', id], queryFn: () => readGround(id) });
  const key = useOwnKey();
  const buildings = useMemo(
    () => (text.data === undefined ? undefined : (JSON.parse(text.data) as Buildings)),
    [text.data],
  );
  const verdict = useVerdict(id, text.data, key.data ?? null);
  const trail = useMemo(
    () => (
      <>
        <TrailInBrief id={id} verdict={verdict.data} error={verdict.error} />
        <p>
          <FeedbackButton className="link" words={say('feedback.ofResult')} />
        </p>
      </>
    ),
    [id, verdict.data, verdict.error, say],
  );

  const failure = failureOf(info, text, key);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (buildings === undefined || info.data === undefined) return <WaitingPage words={say('prediction.wait')} />;
  return (
    <Result info={info.data} buildings={buildings} ground={ground.data} query={query}>
      {trail}
    </Result>
  );
}
