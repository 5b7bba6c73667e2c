import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { blueprintParts } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { Diagram } from './Diagram.tsx';
import { useActivity } from './use-activity.ts';
import { WorkflowDiagram } from './WorkflowDiagram.tsx';
import { partsAtWork, workflows } from './workflows.ts';
import './blueprint.css';

/** How often the parts are asked how they are, in ms. */
const askEvery = 5000;

/** What the platform is made of and how it is now; its three workflows light up with the jobs that run. */
export default function BlueprintPage({ query }: { query: URLSearchParams }) {
  const { say, formats } = useWords();
  const blueprint = useQuery({
    queryKey: ['blueprint'],
    queryFn: () => gateway.blueprint(),
    staleTime: 0,
    refetchInterval: askEvery,
  });
  const { jobs, cut, error } = useActivity();
  const atWork = useMemo(() => partsAtWork(jobs), [jobs]);
  useTitle(say('blueprint.title'));
  if (blueprint.isPending) return <WaitingPage words={say('blueprint.wait')} />;
  if (blueprint.isError && blueprint.data === undefined) {
    return <FailurePage error={blueprint.error} retry={() => void blueprint.refetch()} />;
  }
  const { at, parts } = blueprint.data;
  const chosen = blueprintParts.find((id) => id === query.get('part')) ?? 'gateway';
  return (
    <main id="main" tabIndex={-1} className="blueprint">
      <h1>{say('blueprint.title')}</h1>
      <p className="lead">{say('blueprint.lead')}</p>
      {cut || blueprint.isError ? <p className="seal bad">{say('blueprint.cut')}</p> : null}
      {error === undefined ? null : <Problem error={error} />}
      <Diagram parts={parts} chosen={chosen} atWork={atWork} />
      <p className="quiet small">{say('blueprint.at', { at: formats.time(at) })}</p>
      <h2>{say('blueprint.workflows')}</h2>
      <p className="quiet">{say('blueprint.workflowsLead')}</p>
      {workflows.map((workflow) => (
        <WorkflowDiagram key={workflow.process} workflow={workflow} jobs={jobs} />
      ))}
    </main>
  );
}
