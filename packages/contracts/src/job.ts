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

/** A job as the API tells it (OGC API - Processes 1.0, statusInfo). Times are RFC 3339. */
export const StatusInfo = Type.Object(
  {
    jobID: Type.String(),
    processID: Type.String(),
    type: Type.Literal('process'),
    status: JobStatus,
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    message: Type.String({ description: 'what it is doing now, in words' }),
    created: Type.String(),
    started: Type.Optional(Type.String()),
    finished: Type.Optional(Type.String()),
    updated: Type.String(),
    steps: Type.Array(JobStep, { description: 'of the attempt that runs, or ran last' }),
    problem: Type.Optional(Problem),
    links: Type.Array(Type.Object({ href: Type.String(), rel: Type.String(), type: Type.Optional(Type.String()) })),
  },
  { $id: 'StatusInfo' },
);
export type StatusInfo = Static<typeof StatusInfo>;
