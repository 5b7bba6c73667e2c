import { useQuery } from '@tanstack/react-query';
import { useWords } from '../language/words.ts';
import { buildingsQuery, readPrediction } from '../prediction/predictions.ts';
import { hrefOf } from '../route/place.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { KeyWords } from './KeyWords.tsx';
import { Revocations } from './Revocations.tsx';
import { TrailSteps } from './TrailSteps.tsx';
import { useOwnKey, useVerdict } from './use-verdict.ts';
import { Verdict } from './Verdict.tsx';
import './trail.css';

/** The trail of a prediction, from its buildings back to the image, the code and the data, each step checked in the browser. */
export default function TrailPage({ id }: { id: string }) {
  const { say, formats } = useWords();
  useTitle(say('trail.title'));
  const info = useQuery({ queryKey: ['prediction', id], queryFn: () => readPrediction(id) });
  const found = useQuery(buildingsQuery(id));
  const key = useOwnKey();
  const verdict = useVerdict(id, found.data?.text, key.data ?? null);
  const failure = failureOf(info, found, key, verdict);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (info.data === undefined) return <WaitingPage words={say('prediction.wait')} />;
  return (
    <main id="main" tabIndex={-1} className="list trail-page">
      <p className="crumbs">
        <a href={hrefOf({ page: 'prediction', prediction: id })}>{say('trail.back')}</a>
      </p>
      <h1>{say('trail.title')}</h1>
      <p className="lead">
        {say('trail.lead', {
          count: info.data.features,
          area: formats.km2(info.data.areaKm2),
          at: formats.moment(info.data.at),
          name: info.data.actor,
        })}
      </p>
      {verdict.data === undefined ? (
        <Waiting words={say('trail.wait')} />
      ) : (
        <>
          <Verdict verdict={verdict.data} />
          <Revocations verdict={verdict.data} ask />
          <TrailSteps verdict={verdict.data} isOwn prediction={id} />
          <KeyWords keyid={verdict.data.keyid} isOwn />
        </>
      )}
    </main>
  );
}
