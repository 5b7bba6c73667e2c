import { useQuery } from '@tanstack/react-query';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { failureOf } from '../shell/failure.ts';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { CurvePlot } from './CurvePlot.tsx';

/** How often curves of a run that goes on are asked for, in ms. */
const askEvery = 4000;

/** The curves of what a job's run logs to MLflow, as it logs it. */
export function Curves({ job, running }: { job: string; running: boolean }) {
  const { say } = useWords();
  const own = useQuery({
    queryKey: ['job-run', job, running],
    queryFn: () => gateway.runOfJob(job),
    refetchInterval: ({ state }) => (running && (state.data ?? null) === null ? askEvery : false),
    staleTime: 0,
  });
  const id = own.data ?? null;
  const run = useQuery({
    queryKey: ['run', id, running],
    queryFn: () => gateway.runHistory(id!),
    enabled: id !== null,
    refetchInterval: running ? askEvery : false,
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const failure = failureOf(own, run);
  if (failure !== undefined) return <Problem {...failure} />;
  const curves = run.data?.curves ?? [];
  if (curves.length > 0) {
    return (
      <div className="curve-plots">
        {curves.map(({ name, points }) => (
          <CurvePlot key={name} name={name} series={[{ label: name, points }]} />
        ))}
      </div>
    );
  }
  return running || run.isLoading || own.isPending ? (
    <Waiting words={say('work.curvesWait')} />
  ) : (
    <p className="quiet">{say('work.noCurves')}</p>
  );
}
