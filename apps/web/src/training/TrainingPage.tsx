import { useQuery } from '@tanstack/react-query';
import { briefOf, useDatasets } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import './training.css';

/** Where training begins: the data that there are, and the trainings that run or ran. */
export default function TrainingPage() {
  const { say, formats } = useWords();
  useTitle(say('training.title'));
  const datasets = useDatasets();
  const jobs = useQuery({
    queryKey: ['trainings'],
    queryFn: () => gateway.jobs({ processID: 'train-model', limit: 20 }),
    staleTime: 0,
    refetchInterval: 5000,
  });
  return (
    <main id="main" tabIndex={-1} className="list">
      <h1>{say('training.title')}</h1>
      <p className="lead">{say('training.lead')}</p>
      <p className="choices">
        <a className="button" href={hrefOf({ page: 'train' })}>
          {say('train.title')}
        </a>
        <a className="button plain" href={hrefOf({ page: 'runs' })}>
          {say('runs.compare')}
        </a>
      </p>
      <section>
        <h2>{say('training.jobs')}</h2>
        {jobs.isPending ? <Waiting words={say('page.wait')} /> : null}
        {jobs.isError ? <Problem error={jobs.error} retry={() => void jobs.refetch()} /> : null}
        {jobs.data?.jobs.length === 0 ? <p className="quiet">{say('training.noJobs')}</p> : null}
        {jobs.data === undefined || jobs.data.jobs.length === 0 ? null : (
          <ul className="rows">
            {jobs.data.jobs.map(({ jobID, status, progress, created }) => (
              <li key={jobID}>
                <a href={hrefOf({ page: 'job', job: jobID })}>
                  <strong>{say('predictions.runningSince', { at: formats.moment(created) })}</strong>
                  <span className="quiet">
                    {status === 'running' ? formats.percent(progress / 100) : say(`work.${status}`)}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{say('datasets.title')}</h2>
        {datasets.isPending ? <Waiting words={say('page.wait')} /> : null}
        {datasets.isError ? <Problem error={datasets.error} retry={() => void datasets.refetch()} /> : null}
        {datasets.data?.length === 0 ? (
          <Empty title={say('datasets.none')}>
            <p>{say('datasets.noneDo')}</p>
            <pre dir="ltr">
              <code>cairn dataset add DIR</code>
            </pre>
          </Empty>
        ) : null}
        {datasets.data === undefined || datasets.data.length === 0 ? null : (
          <ul className="rows">
            {datasets.data.map((dataset) => (
              <li key={dataset.id}>
                <a href={hrefOf({ page: 'dataset', dataset: dataset.id })}>
                  <strong>{dataset.title}</strong>
                  <span className="quiet small">{say('dataset.brief', briefOf(dataset, formats))}</span>
                  {dataset.warnings.length === 0 ? null : (
                    <span className="tag-warn">{say('dataset.found', { count: dataset.warnings.length })}</span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </main>
  );
}
