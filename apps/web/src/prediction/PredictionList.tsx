import { useQuery } from '@tanstack/react-query';
import { useImagery } from '../catalog/imagery.ts';
import { useModels } from '../catalog/models.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { failureOf } from '../shell/failure.ts';
import { Empty, FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { RunningJobs } from './RunningJobs.tsx';
import { listPredictions } from './predictions.ts';

/** Every prediction, the newest first, below those that are still on their way. */
export default function PredictionList() {
  const { say, formats } = useWords();
  useTitle(say('predictions.title'));
  const list = useQuery({ queryKey: ['predictions'], queryFn: listPredictions, staleTime: 0 });
  const imagery = useImagery();
  const models = useModels();
  const failure = failureOf(list);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (list.data === undefined) return <WaitingPage words={say('predictions.wait')} />;
  const imageName = (id: string) => imagery.data?.find((one) => one.id === id)?.title ?? id;
  const modelName = (id: string) => models.data?.find((one) => one.id === id)?.title ?? id;
  return (
    <main id="main" tabIndex={-1} className="list">
      <h1>{say('predictions.title')}</h1>
      <RunningJobs />
      {list.data.length === 0 ? (
        <Empty title={say('predictions.none')}>
          <a className="button" href={hrefOf({ page: 'predict' })}>
            {say('predictions.first')}
          </a>
        </Empty>
      ) : (
        <ul className="rows">
          {list.data.map(({ id, imagery: image, features, areaKm2, version, at, actor, revoked }) => (
            <li key={id}>
              <a href={hrefOf({ page: 'prediction', prediction: id })}>
                <strong>{imageName(image)}</strong>
                <span>{say('predictions.found', { count: features, area: formats.km2(areaKm2) })}</span>
                <span className="quiet small">
                  {say('predictions.by', { model: modelName(version), name: actor, at: formats.moment(at) })}
                </span>
                {revoked ? <span className="tag-warn">{say('predictions.revoked')}</span> : null}
              </a>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}
