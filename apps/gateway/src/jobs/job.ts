import { jobCost, usageColumn, type UsageSum } from '../usage/ledger.ts';
import { madeLinks } from './made.ts';
import type { Answer } from './results.ts';
import type { JobStatus, JobStep, Problem, ProcessId, StatusInfo } from '@cairn/contracts';

/** A job as the database holds it. */
export interface Job {
  id: string;
  process: ProcessId;
  inputs: Record<string, unknown>;
  status: JobStatus;
  /** 0..100. */
  progress: number;
  /** What it does now, in words. */
  message: string;
  steps: JobStep[];
  result: Record<string, unknown> | null;
  problem: Problem | null;
  answer: Answer;
  usage: UsageSum;
  /** Account that asked for it. */
  actor: string;
  /** How often it was started: more than once where a gateway ended in the middle of it. */
  attempt: number;
  /** Someone asked for its end. */
  cancel: boolean;
  created: Date;
  started: Date | null;
  finished: Date | null;
  updated: Date;
}

/** The columns of a {@link Job}, for SQL. */
export const jobColumns = `id, process, inputs, status, progress, message, steps, result, problem, answer, actor, attempt,
  cancel, created, started, finished, updated, ${usageColumn}`;

/** Whether a job has come to its end. */
export function isFinished(job: Pick<Job, 'status'>): boolean {
  return job.status !== 'accepted' && job.status !== 'running';
}

/** The job as the API tells it (OGC API - Processes 1.0, statusInfo). `base` is the gateway's address, for the links. */
export function statusInfo(job: Job, base: string): StatusInfo {
  const links = [
    { href: `${base}/jobs/${job.id}`, rel: 'self', type: 'application/json' },
    { href: `${base}/jobs/${job.id}/log`, rel: 'monitor', type: 'text/event-stream' },
    { href: `${base}/jobs/${job.id}/log`, rel: 'alternate', type: 'text/plain' },
  ];
  if (job.process === 'predict') {
    links.push({ href: `${base}/jobs/${job.id}/features`, rel: 'items', type: 'text/event-stream' });
    const imagery = encodeURIComponent(String(job.inputs['imagery']));
    const href = `${base}/stac/collections/imagery/items/${imagery}`;
    links.push({ href, rel: 'derived_from', type: 'application/geo+json' });
  }
  if (job.status === 'successful') {
    const rel = 'http://www.opengis.net/def/rel/ogc/1.0/results';
    links.push({ href: `${base}/jobs/${job.id}/results`, rel, type: 'application/json' });
    links.push(...madeLinks(job, base));
  }
  return {
    jobID: job.id,
    processID: job.process,
    account: job.actor,
    type: 'process',
    status: job.status,
    progress: job.progress,
    message: job.message,
    created: job.created.toISOString(),
    ...(job.started === null ? {} : { started: job.started.toISOString() }),
    ...(job.finished === null ? {} : { finished: job.finished.toISOString() }),
    updated: job.updated.toISOString(),
    steps: job.steps,
    cost: jobCost(job.usage),
    ...(job.problem === null ? {} : { problem: job.problem }),
    links,
  };
}
