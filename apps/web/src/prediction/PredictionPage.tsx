import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { FeedbackButton } from '../feedback/FeedbackButton.tsx';
import { useWords } from '../language/words.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { TrailInBrief } from '../trail/TrailInBrief.tsx';
import { useOwnKey, useVerdict } from '../trail/use-verdict.ts';
import { buildingsQuery, readGround, readPrediction } from './predictions.ts';
import { Result } from './Result.tsx';
import './prediction.css';

/** One prediction: the buildings on their image, what they add up to, and the trail behind them. */
export default function PredictionPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('prediction.title'));
  const info = useQuery({ queryKey: ['prediction', id], queryFn: () => readPrediction(id) });
  const found = useQuery(buildingsQuery(id));
  const ground = useQuery({ queryKey: ['ground', id], queryFn: () => readGround(id) });
  const key = useOwnKey();
  const verdict = useVerdict(id, found.data?.text, key.data ?? null);
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

  const failure = failureOf(info, found, key);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (found.data === undefined || info.data === undefined) return <WaitingPage words={say('prediction.wait')} />;
  return (
    <Result info={info.data} buildings={found.data.buildings} ground={ground.data} query={query}>
      {trail}
    </Result>
  );
}
