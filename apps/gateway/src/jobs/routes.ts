import { CairnError, JobStatus, type Problem, type ProcessId, processes, StatusInfo } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { demand } from '../identity/policy.ts';
import { descriptionOf, Link, ProcessDescription, ProcessSummary, summaryOf } from './description.ts';
import type { Jobs } from './engine.ts';
import { isFinished, type Job, statusInfo } from './job.ts';

const ProcessParams = Type.Object({ process: Type.String({ maxLength: 100 }) });
const JobParams = Type.Object({ job: Type.String({ maxLength: 100 }) });
const Execution = Type.Object({ inputs: Type.Unknown({ description: 'see the description of the process' }) });
const JobsQuery = Type.Object(
  {
    processID: Type.Optional(Type.String({ maxLength: 100 })),
    status: Type.Optional(JobStatus),
    limit: Type.Integer({ default: 100, minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
);
const JobList = Type.Object({ jobs: Type.Array(StatusInfo), links: Type.Array(Link) });
const ProcessList = Type.Object({ processes: Type.Array(ProcessSummary), links: Type.Array(Link) });

// A folder of 200,000 files, each by path and digest.
const longestRequest = 96 * 1024 * 1024;
const exceptions = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0';

/** OGC API - Processes 1.0: what can be run, and what runs. */
export function jobRoutes(parts: { jobs: Jobs }): FastifyPluginCallback {
  const { jobs } = parts;
  return (app: FastifyInstance, _options, done) => {
    // Whoever waits for a job would hold up a gateway that closes, as long as the job takes.
    const closing = new AbortController();
    app.addHook('preClose', (closed) => {
      closing.abort(
        new CairnError('gateway-unreachable', 'Cairn is stopping; the job goes on when it starts again.', {
          action: 'Start Cairn with "cairn up" and send the request again: it joins the job.',
        }),
      );
      closed();
    });

    app.get(
      '/processes',
      { config: { policy: 'jobs.read' }, schema: { response: { 200: ProcessList } } },
      (request) => {
        const base = addressOf(request);
        return {
          processes: jobs.offered.map((id) => summaryOf(id, base)),
          links: [{ href: `${base}/processes`, rel: 'self', type: 'application/json' }],
        };
      },
    );

    app.get<{ Params: Static<typeof ProcessParams> }>(
      '/processes/:process',
      {
        config: { policy: 'jobs.read' },
        schema: { params: ProcessParams, response: { 200: ProcessDescription } },
      },
      (request) => descriptionOf(offered(jobs, request.params.process), addressOf(request)),
    );

    app.post<{ Params: Static<typeof ProcessParams>; Body: Static<typeof Execution> }>(
      '/processes/:process/execution',
      {
        config: { policy: 'jobs.execute' },
        bodyLimit: longestRequest,
        schema: { params: ProcessParams, body: Execution, response: { 200: Type.Unknown(), 201: StatusInfo } },
      },
      async (request, reply) => {
        const process = offered(jobs, request.params.process);
        demand(`execute.${process}`, request.actor);
        const { job } = await jobs.submit(process, request.body.inputs, request.actor);
        const base = addressOf(request);
        if (/\brespond-async\b/.test(String(request.headers.prefer ?? ''))) {
          return reply
            .code(201)
            .header('location', `${base}/jobs/${job.id}`)
            .header('preference-applied', 'respond-async')
            .send(statusInfo(job, base));
        }
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort(new CairnError('cancelled', 'The caller has gone; the job goes on.')));
        return sendResult(reply, await jobs.wait(job.id, AbortSignal.any([gone.signal, closing.signal])));
      },
    );

    app.get<{ Querystring: Static<typeof JobsQuery> }>(
      '/jobs',
      { config: { policy: 'jobs.read' }, schema: { querystring: JobsQuery, response: { 200: JobList } } },
      async (request) => {
        const { processID, status, limit } = request.query;
        const base = addressOf(request);
        const listed = await jobs.list({
          limit,
          ...(processID === undefined ? {} : { process: offered(jobs, processID) }),
          ...(status === undefined ? {} : { status }),
        });
        return {
          jobs: listed.map((job) => statusInfo(job, base)),
          links: [{ href: `${base}/jobs`, rel: 'self', type: 'application/json' }],
        };
      },
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job',
      { config: { policy: 'jobs.read' }, schema: { params: JobParams, response: { 200: StatusInfo } } },
      async (request) => statusInfo(await jobs.get(request.params.job), addressOf(request)),
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job/results',
      { config: { policy: 'jobs.read' }, schema: { params: JobParams, response: { 200: Type.Unknown() } } },
      async (request, reply) => {
        const job = await jobs.get(request.params.job);
        return isFinished(job) ? sendResult(reply, job) : sendNotReady(reply, job);
      },
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job/log',
      { config: { policy: 'jobs.read' }, schema: { params: JobParams, response: { 200: Type.String() } } },
      async (request, reply) => reply.type('text/plain; charset=utf-8').send(await jobs.log(request.params.job)),
    );

    app.delete<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job',
      { config: { policy: 'jobs.execute' }, schema: { params: JobParams, response: { 200: StatusInfo } } },
      async (request) => statusInfo(await jobs.dismiss(request.params.job, request.actor), addressOf(request)),
    );
    done();
  };
}

function offered(jobs: Jobs, id: string): ProcessId {
  if (Object.hasOwn(processes, id) && jobs.offered.includes(id as ProcessId)) return id as ProcessId;
  throw new CairnError('not-found', `There is no process ${id}.`, { action: 'Ask for /processes to see them.' });
}

/** Answers what a job that has ended left: its result, or the problem that ended it. */
function sendResult(reply: FastifyReply, job: Job): FastifyReply {
  if (job.result !== null) return reply.send(job.result);
  if (job.problem !== null) return sendProblem(reply, job.problem);
  throw new CairnError('cancelled', `The job ${job.id} was cancelled.`);
}

function sendNotReady(reply: FastifyReply, job: Job): FastifyReply {
  const problem = new CairnError('not-found', `The job ${job.id} has no result yet: it is ${job.status}.`, {
    action: `Ask for /jobs/${job.id} until it is successful.`,
  }).problem(`/jobs/${job.id}/results`);
  return sendProblem(reply, { ...problem, type: `${exceptions}/result-not-ready` });
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function addressOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
