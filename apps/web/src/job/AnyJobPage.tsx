import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';

const JobPage = lazy(() => import('./JobPage.tsx'));
const WorkPage = lazy(() => import('../training/WorkPage.tsx'));

/** The page of a job: a prediction shows its buildings on a map, everything else its steps and its log. */
export default function AnyJobPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { say } = useWords();
  const job = useQuery({ queryKey: ['job', id], queryFn: () => gateway.job(id) });
  const failure = failureOf(job);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (job.data === undefined) return <WaitingPage words={say('page.wait')} />;
  return job.data.processID === 'predict' ? (
    <JobPage id={id} query={query} />
  ) : (
    <WorkPage job={job.data} query={query} />
  );
}
