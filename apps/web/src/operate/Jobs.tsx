import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  CairnError,
  type JobSelection,
  type JobStatus,
  processes,
  type ProcessId,
  type StatusInfo,
} from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { FilterField } from './FilterField.tsx';
import { Further } from './Further.tsx';

const jobsKey = ['all-jobs'] as const;
const statuses: readonly JobStatus[] = ['accepted', 'running', 'successful', 'failed', 'dismissed'];
const perPage = 50;
/** How often the list is looked at anew, in ms. */
const lookEvery = 5000;

/** Everybody's jobs, the newest first: which there are stands in the address. What runs can be cancelled. */
export function Jobs({ query }: { query: URLSearchParams }) {
  const { say } = useWords();
  const [status, process, account] = ['status', 'process', 'account'].map((name) => query.get(name) ?? '');
  const selection: JobSelection = {
    limit: perPage,
    ...(status === '' ? {} : { status: status! }),
    ...(process === '' ? {} : { processID: process! }),
    ...(account === '' ? {} : { account: account! }),
  };
  const pages = useInfiniteQuery({
    queryKey: [...jobsKey, status, process, account],
    queryFn: ({ pageParam }) => gateway.jobs(pageParam === '' ? selection : { ...selection, cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: ({ links }) => {
      const next = links.find(({ rel }) => rel === 'next');
      return next === undefined ? undefined : new URL(next.href).searchParams.get('cursor');
    },
    staleTime: 0,
    refetchInterval: lookEvery,
  });
  const jobs = pages.data?.pages.flatMap((page) => page.jobs) ?? [];
  return (
    <>
      <div className="operate-filters" role="search" aria-label={say('jobs.filter')}>
        <label>
          {say('jobs.status')}
          <select value={status} onChange={(event) => setQuery({ status: event.target.value })}>
            <option value="">{say('filter.any')}</option>
            {statuses.map((one) => (
              <option key={one} value={one}>
                {say(`jobStatus.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say('jobs.process')}
          <select value={process} onChange={(event) => setQuery({ process: event.target.value })}>
            <option value="">{say('filter.any')}</option>
            {(Object.keys(processes) as ProcessId[]).map((one) => (
              <option key={one} value={one}>
                {say(`process.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <FilterField name="account" words={say('jobs.account')} value={account!} />
      </div>
      {pages.isPending ? <Waiting words={say('page.wait')} /> : null}
      {pages.isError ? <Problem error={pages.error} retry={() => void pages.refetch()} /> : null}
      {pages.isSuccess && jobs.length === 0 ? <Empty title={say('jobs.none')} /> : null}
      {jobs.length === 0 ? null : (
        <ul className="rows">
          {jobs.map((job) => (
            <li key={job.jobID}>
              <JobRow job={job} />
            </li>
          ))}
        </ul>
      )}
      <Further pages={pages} />
    </>
  );
}

function JobRow({ job }: { job: StatusInfo }) {
  const { say, formats } = useWords();
  const queries = useQueryClient();
  const { jobID, processID, account, status, progress, message, created, cost, problem, steps } = job;
  const isOpen = status === 'accepted' || status === 'running';
  const name = say(`process.${processID as ProcessId}`);
  const cancelled = useMutation({
    mutationFn: () => gateway.dismiss(jobID),
    onSettled: () => queries.invalidateQueries({ queryKey: jobsKey }),
  });
  return (
    <>
      <div className="job-head">
        <div>
          <strong>{name}</strong>
          <p className="quiet small">{say('jobs.by', { name: account, at: formats.moment(created) })}</p>
        </div>
        <span className="job-status" data-status={status}>
          {say(`jobStatus.${status}`)} {status === 'running' ? formats.percent(progress / 100) : ''}
        </span>
        {isOpen ? (
          <button
            className="button plain small"
            disabled={cancelled.isPending}
            aria-label={say('jobs.cancelNamed', { name, account })}
            onClick={() => cancelled.mutate()}
          >
            {say('job.cancel')}
          </button>
        ) : null}
      </div>
      {cancelled.isError ? <Problem error={cancelled.error} /> : null}
      <details>
        <summary>{say('jobs.more')}</summary>
        <dl className="facts">
          <dt>{say('jobs.now')}</dt>
          <dd lang="en">{message}</dd>
          <dt>{say('jobs.time')}</dt>
          <dd>{formats.duration(cost.wallSeconds)}</dd>
          {cost.money === undefined ? null : (
            <>
              <dt>{say('jobs.cost')}</dt>
              <dd>{formats.money(cost.money.amount, cost.money.currency)}</dd>
            </>
          )}
          {steps.map((step) => (
            <div key={`${step.name} ${step.started}`} className="facts-row">
              <dt lang="en">{step.name}</dt>
              <dd>{say(`jobStatus.${step.status}`)}</dd>
            </div>
          ))}
        </dl>
        {problem === undefined ? null : <Problem error={CairnError.of(problem)} />}
        <p>
          <a href={`/jobs/${jobID}/log`}>{say('jobs.log')}</a> <code dir="ltr">{jobID}</code>
        </p>
      </details>
    </>
  );
}
