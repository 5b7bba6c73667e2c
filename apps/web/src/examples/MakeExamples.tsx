import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CairnError } from '@cairn/contracts';
import { useEffect, useState } from 'react';
import { useDatasets } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { CancelJob } from '../job/CancelJob.tsx';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { TitledChoice } from '../training/TitledChoice.tsx';
import { isOver, useJob } from '../training/use-job.ts';

/** The way to have examples of a version (MODEL/NUMBER) drawn, on a dataset of the reader's choice. */
export function MakeExamples({ version }: { version: string }) {
  const { say } = useWords();
  const datasets = useDatasets();
  const [chosen, setChosen] = useState<string>();
  const start = useMutation({
    mutationFn: (dataset: string) => gateway.execute('draw-examples', { version, dataset }),
  });
  if (datasets.isError) return <Problem error={datasets.error} retry={() => void datasets.refetch()} />;
  if (datasets.data === undefined) return <Waiting words={say('page.wait')} />;
  const dataset = datasets.data.find(({ id }) => id === chosen) ?? datasets.data[0];
  if (dataset === undefined) {
    return (
      <p className="quiet">
        {say('example.noData')} <a href={hrefOf({ page: 'training' })}>{say('nav.training')}</a>
      </p>
    );
  }
  return (
    <div className="example-make">
      <p className="quiet small">{say('example.lead')}</p>
      <form
        className="choices"
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate(dataset.id);
        }}
      >
        <TitledChoice
          words={say('train.dataset')}
          among={datasets.data}
          chosen={dataset.id}
          onChoose={(id) => setChosen(id)}
        />
        <button className="button plain" disabled={start.isPending}>
          {say('example.make')}
        </button>
      </form>
      {start.isError ? <Problem error={start.error} /> : null}
      {start.data === undefined ? null : <Drawing key={start.data.jobID} job={start.data.jobID} version={version} />}
    </div>
  );
}

/** A job that draws: how far it is, and its pictures when it has ended. */
function Drawing({ job: id, version }: { job: string; version: string }) {
  const { say } = useWords();
  const client = useQueryClient();
  const { job, error } = useJob(id);
  const status = job?.status;
  useEffect(() => {
    if (status !== 'successful') return;
    void client.invalidateQueries({ queryKey: ['evidence', version] });
    void client.invalidateQueries({ queryKey: ['models'] });
  }, [client, status, version]);
  if (error !== undefined) return <Problem error={error} />;
  if (job?.problem !== undefined) return <Problem error={CairnError.of(job.problem)} />;
  if (job !== undefined && isOver(job)) return <p role="status">{say(`work.${job.status}`)}</p>;
  return (
    <>
      <Waiting words={say('example.drawing', { percent: job?.progress ?? 0 })} />
      <p className="choices">
        <a href={hrefOf({ page: 'job', job: id })}>{say('example.job')}</a>
        <CancelJob id={id} />
      </p>
    </>
  );
}
