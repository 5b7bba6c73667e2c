import type { JobContext } from '../../src/jobs/process.ts';
import { mapper } from './fixture.ts';

let jobs = 0;

/** The context of a job that nobody watches and that is in no database; left out, its id is its own. */
export function jobContext(more: Partial<JobContext> = {}): JobContext {
  const jobId = more.jobId ?? `job-${++jobs}`;
  return {
    jobId,
    lease: { jobId, owner: 'one', attempt: 1 },
    actor: mapper,
    signal: new AbortController().signal,
    progress: () => undefined,
    step: () => undefined,
    log: () => undefined,
    ...more,
  };
}
