import { Type, type Static } from 'typebox';
import { Problem } from './problem.ts';

/** Where a job is (OGC API - Processes 1.0, table 13). */
export const JobStatus = Type.Union([
  Type.Literal('accepted'),
  Type.Literal('running'),
  Type.Literal('successful'),
  Type.Literal('failed'),
  Type.Literal('dismissed'),
]);
export type JobStatus = Static<typeof JobStatus>;

/** A step of a job: what it does first, then, and last, by names that a person reads. Times are RFC 3339. */
export const JobStep = Type.Object({
  name: Type.String(),
  status: Type.Union([
    Type.Literal('running'),
    Type.Literal('successful'),
    Type.Literal('failed'),
    Type.Literal('dismissed'),
  ]),
  started: Type.String(),
  finished: Type.Optional(Type.String()),
});
export type JobStep = Static<typeof JobStep>;

/** Which jobs to list; lists are joined by commas. */
export interface JobSelection {
  processID?: string;
  status?: string;
  /** Who asked for them. */
  account?: string;
  /** RFC 3339, or FROM/TO. */
  datetime?: string;
  limit?: number;
  /** That of a page's `next` link. */
  cursor?: string;
}

/** A page of jobs, the newest first; a link `next` leads on where there are more. */
export interface JobPage {
  jobs: StatusInfo[];
  links: { href: string; rel: string }[];
}

/** What a job has used so far, over all its attempts. */
export const JobCost = Type.Object({
  wallSeconds: Type.Number({ description: 'time on the wall' }),
  cpuSeconds: Type.Optional(
    Type.Number({
      description:
        'of the programs that it started, sampled: a lower bound; missing where all its work is done by the gateway and the model server, which many jobs share',
    }),
  ),
  peakMiB: Type.Optional(Type.Number({ description: 'most resident memory of those programs together' })),
  money: Type.Optional(
    Type.Object(
      { amount: Type.Number(), currency: Type.String({ description: 'ISO 4217' }) },
      { description: 'at the rates that the installation has configured; missing where none is: not priced' },
    ),
  ),
});
export type JobCost = Static<typeof JobCost>;

/** A job as the API tells it (OGC API - Processes 1.0, statusInfo). Times are RFC 3339. */
export const StatusInfo = Type.Object(
  {
    jobID: Type.String(),
    processID: Type.String(),
    account: Type.String({ description: 'who asked for it' }),
    type: Type.Literal('process'),
    status: JobStatus,
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    message: Type.String({ description: 'what it is doing now, in words' }),
    created: Type.String(),
    started: Type.Optional(Type.String()),
    finished: Type.Optional(Type.String()),
    updated: Type.String(),
    steps: Type.Array(JobStep, { description: 'of the attempt that runs, or ran last' }),
    cost: JobCost,
    problem: Type.Optional(Problem),
    links: Type.Array(Type.Object({ href: Type.String(), rel: Type.String(), type: Type.Optional(Type.String()) })),
  },
  { $id: 'StatusInfo' },
);
export type StatusInfo = Static<typeof StatusInfo>;
