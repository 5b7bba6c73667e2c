import { type ProcessId, processes, StatusInfo } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { demand } from '../identity/policy.ts';
import { descriptionOf, Link, ProcessDescription, processPage, ProcessesQuery, ProcessSummary } from './description.ts';
import type { Jobs } from './engine.ts';
import type { OutboundHosts } from '../outbound/hosts.ts';
import { checkSubscriber } from './callbacks/subscriber.ts';
import { lastEventId, readLastEventId } from './event-stream.ts';
import { noSuchProcess, resultNotReady } from './exceptions.ts';
import { answerOf, Execution, readPreference } from './execution.ts';
import { isFinished, type Job, statusInfo } from './job.ts';
import { filterOf, JobList, JobsQuery, listAddress } from './listing.ts';
import { demandReadable, hiddenFrom } from './readable.ts';
import { sendResult } from './results.ts';
import { activityStream, justEndedSeconds } from './activity.ts';
import { addressOf, closingOf, goneOf, sendEvents, type StreamTiming, usualStream } from './server-sent.ts';

const ProcessParams = Type.Object({ process: Type.String({ maxLength: 100 }) });
const JobParams = Type.Object({ job: Type.String({ maxLength: 100 }) });
const ProcessList = Type.Object({ processes: Type.Array(ProcessSummary), links: Type.Array(Link) });

// A folder of 200,000 files, each by path and digest.
const longestRequest = 96 * 1024 * 1024;

/** OGC API - Processes 1.0: what can be run, and what runs. */
export function jobRoutes(parts: {
  jobs: Jobs;
  /** Which hosts subscribers may lie on. */
  callbackHosts: OutboundHosts;
  stream?: Partial<StreamTiming>;
}): FastifyPluginCallback {
  const { jobs, callbackHosts } = parts;
  const stream = { ...usualStream, ...parts.stream };
  return (app: FastifyInstance, _options, done) => {
    const closing = closingOf(app);

    app.get<{ Querystring: ProcessesQuery }>(
      '/processes',
      { config: { policy: 'jobs.read' }, schema: { querystring: ProcessesQuery, response: { 200: ProcessList } } },
      (request) => processPage(jobs.offered, request.query, addressOf(request)),
    );

    app.get<{ Params: Static<typeof ProcessParams> }>(
      '/processes/:process',
      {
        config: { policy: 'jobs.read' },
        schema: { params: ProcessParams, response: { 200: ProcessDescription } },
      },
      (request) => descriptionOf(offered(jobs, request.params.process), addressOf(request)),
    );

    app.post<{ Params: Static<typeof ProcessParams>; Body: Execution }>(
      '/processes/:process/execution',
      {
        config: { policy: 'jobs.execute' },
        bodyLimit: longestRequest,
        schema: { params: ProcessParams, body: Execution, response: { 200: Type.Unknown(), 201: StatusInfo } },
      },
      async (request, reply) => {
        const process = offered(jobs, request.params.process);
        demand(`execute.${process}`, request.actor);
        const { inputs, subscriber } = request.body;
        if (subscriber !== undefined) checkSubscriber(subscriber, callbackHosts);
        const answer = answerOf(process, request.body);
        const { job } = await jobs.submit(process, inputs, request.actor, {
          answer,
          ...(subscriber === undefined ? {} : { subscriber }),
        });
        const base = addressOf(request);
        const preference = readPreference(request.headers.prefer);
        const over = AbortSignal.any([goneOf(reply), closing]);
        const ended = preference?.wait === 0 ? null : await jobs.wait(job.id, over, preference?.wait);
        void reply.header('link', `<${base}/jobs/${job.id}>; rel="monitor"`);
        if (preference !== null) void reply.header('preference-applied', preference.applied);
        if (ended !== null) return sendResult(reply, ended);
        const now = preference?.wait === 0 ? job : await jobs.get(job.id);
        return reply.code(201).header('location', `${base}/jobs/${job.id}`).send(statusInfo(now, base));
      },
    );

    app.get<{ Querystring: JobsQuery }>(
      '/jobs',
      { config: { policy: 'jobs.read' }, schema: { querystring: JobsQuery, response: { 200: JobList } } },
      async (request) => {
        const { query } = request;
        const base = addressOf(request);
        const hidden = hiddenFrom(request.actor);
        const page = await jobs.list({ ...filterOf(query, (id) => offered(jobs, id)), hidden });
        const links = [{ href: listAddress(base, query), rel: 'self', type: 'application/json' }];
        if (page.next !== null) {
          links.push({ href: listAddress(base, query, page.next), rel: 'next', type: 'application/json' });
        }
        return { jobs: page.jobs.map((job) => statusInfo(job, base)), links };
      },
    );

    app.get(
      '/activity',
      {
        config: { policy: 'jobs.read' },
        schema: {
          description:
            'server-sent events named `jobs`: {"jobs": [statusInfo, …]} of those that wait, run or have just ended, at the beginning and each time that one has changed',
          produces: ['text/event-stream'],
        },
      },
      (request, reply) => {
        const hidden = hiddenFrom(request.actor);
        const read = () => jobs.active(justEndedSeconds, hidden);
        const over = AbortSignal.any([goneOf(reply), closing]);
        void reply.header('cache-control', 'no-store');
        return sendEvents(reply, activityStream(read, addressOf(request), stream, over));
      },
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job',
      { config: { policy: 'jobs.read' }, schema: { params: JobParams, response: { 200: StatusInfo } } },
      async (request) => statusInfo(await readable(jobs, request), addressOf(request)),
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job/results',
      { config: { policy: 'jobs.read' }, schema: { params: JobParams, response: { 200: Type.Unknown() } } },
      async (request, reply) => {
        const job = await readable(jobs, request);
        if (!isFinished(job)) throw resultNotReady(job);
        return sendResult(reply, job);
      },
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job/log',
      {
        config: { policy: 'jobs.read' },
        schema: {
          params: JobParams,
          description: 'plain text; with Accept: text/event-stream as server-sent events until the job has ended',
          produces: ['text/plain', 'text/event-stream'],
        },
      },
      async (request, reply) => {
        const { id: job } = await readable(jobs, request);
        void reply.header('vary', 'accept').header('cache-control', 'no-store');
        if (!wantsEvents(request)) return reply.type('text/plain; charset=utf-8').send(await jobs.log(job));
        const from = readLastEventId(request.headers['last-event-id']);
        // A page's EventSource comes again when a stream ends, until it is told that there is no more.
        if (from === lastEventId) return reply.code(204).send();
        const over = AbortSignal.any([goneOf(reply), closing]);
        const events = await jobs.follow(job, from, addressOf(request), stream, over);
        return sendEvents(reply, events);
      },
    );

    app.delete<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job',
      { config: { policy: 'jobs.execute' }, schema: { params: JobParams, response: { 200: StatusInfo } } },
      async (request) => {
        const { id } = await readable(jobs, request);
        return statusInfo(await jobs.dismiss(id, request.actor), addressOf(request));
      },
    );
    done();
  };
}

function offered(jobs: Jobs, id: string): ProcessId {
  if (Object.hasOwn(processes, id) && jobs.offered.includes(id as ProcessId)) return id as ProcessId;
  throw noSuchProcess(id);
}

type JobRequest = FastifyRequest<{ Params: Static<typeof JobParams> }>;

async function readable(jobs: Jobs, { params, actor }: JobRequest): Promise<Job> {
  return demandReadable(await jobs.get(params.job), actor);
}

function wantsEvents({ headers }: FastifyRequest): boolean {
  return /\btext\/event-stream\b/.test(headers.accept ?? '');
}
