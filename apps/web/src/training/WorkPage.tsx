import { useQuery } from '@tanstack/react-query';
import { CairnError, type StatusInfo } from '@cairn/contracts';
import { ProgressBar } from 'react-aria-components';
import { gateway } from '../gateway.ts';
import { CancelJob } from '../job/CancelJob.tsx';
import '../job/job.css';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { useSession } from '../session/session.ts';
import { FailurePage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { Curves } from './Curves.tsx';
import { JobLog } from './JobLog.tsx';
import { JobSteps } from './JobSteps.tsx';
import './training.css';
import { isOver, useJob } from './use-job.ts';
import { useNow } from './use-now.ts';

/** Processes whose work is a run of MLflow, with curves. */
const withRuns = ['train-model', 'evaluate-version', 'reproduce-run'];
const titles = {
  'train-model': 'work.train-model',
  'evaluate-version': 'work.evaluate-version',
  'reproduce-run': 'work.reproduce-run',
  'add-dataset': 'work.add-dataset',
  'add-imagery': 'work.add-imagery',
  'register-model': 'work.register-model',
  'draw-examples': 'work.draw-examples',
} as const;

/** A job that runs for minutes or hours: its steps, its log and its curves, live; what it left when it has ended. */
export default function WorkPage({ job: first, query }: { job: StatusInfo; query: URLSearchParams }) {
  const { say } = useWords();
  const followed = useJob(first.jobID);
  const session = useSession();
  const job = followed.job ?? first;
  const running = !isOver(job);
  const now = useNow(running);
  const title = Object.hasOwn(titles, job.processID)
    ? say(titles[job.processID as keyof typeof titles])
    : job.processID;
  useTitle(title);
  if (followed.error !== undefined) return <FailurePage error={followed.error} />;
  const { status: state } = job;
  const seesRuns = session.data?.roles.some((role) => role !== 'mapper') ?? false;
  return (
    <main id="main" tabIndex={-1} className="list work">
      <p className="crumbs">
        <a href={hrefOf({ page: 'training' })}>{say('nav.training')}</a>
      </p>
      <h1>{title}</h1>
      <p className={state === 'failed' ? 'seal bad' : state === 'successful' ? 'seal good' : 'seal'} role="status">
        {say(`work.${state}`)}
      </p>
      {running ? <Progress job={job} /> : null}
      {followed.cut ? <p className="seal bad">{say('job.cut')}</p> : null}
      {running ? (
        <>
          <p className="quiet">{say('work.leave')}</p>
          <CancelJob id={job.jobID} />
        </>
      ) : (
        <Ending job={job} query={query} />
      )}
      <section>
        <h2>{say('work.steps')}</h2>
        <JobSteps steps={job.steps} now={now} />
      </section>
      {withRuns.includes(job.processID) && seesRuns ? (
        <section>
          <h2>{say('work.curves')}</h2>
          <Curves job={job.jobID} running={running} />
        </section>
      ) : null}
      <section>
        <h2>{say('work.log')}</h2>
        <JobLog lines={followed.lines} />
      </section>
    </main>
  );
}

function Progress({ job }: { job: StatusInfo }) {
  const { say } = useWords();
  return (
    <>
      <p lang="en" dir="auto">
        {job.message}
      </p>
      <ProgressBar aria-label={say('job.progress')} value={job.progress}>
        {({ percentage = 0, valueText }) => (
          <span className="progress">
            <span className="progress-rail">
              <span style={{ inlineSize: `${percentage}%` }} />
            </span>
            <span className="number">{valueText}</span>
          </span>
        )}
      </ProgressBar>
    </>
  );
}

/** What can be done when a job has ended: with what it left, or about why it failed. */
function Ending({ job, query }: { job: StatusInfo; query: URLSearchParams }) {
  const { say } = useWords();
  const result = useQuery({
    queryKey: ['result', job.jobID],
    queryFn: () => gateway.jobResult(job.jobID),
    enabled: job.status === 'successful',
  });
  const made = result.data?.['version'];
  const [model, version] = typeof made === 'string' ? made.split('/') : [];
  const isTraining = job.processID === 'train-model';
  return (
    <>
      {job.problem === undefined ? null : <Problem error={CairnError.of(job.problem)} />}
      <p className="choices">
        {isTraining && model !== undefined && version !== undefined ? (
          <>
            <a className="button" href={hrefOf({ page: 'approve', model }, { version })}>
              {say('approve.open')}
            </a>
            <a className="button plain" href={hrefOf({ page: 'runs' }, { model })}>
              {say('runs.compare')}
            </a>
          </>
        ) : null}
        {isTraining && job.status !== 'successful' ? (
          <a className="button" href={hrefOf({ page: 'train' }, { ...Object.fromEntries(query), after: job.jobID })}>
            {say('job.again')}
          </a>
        ) : null}
      </p>
    </>
  );
}
