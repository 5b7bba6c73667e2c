import replyFrom from '@fastify/reply-from';
import { CairnError } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Queryable } from '../../db/database.ts';
import { mlflowRunOf } from '../../jobs/outer-ids.ts';
import { type Passenger, refusal } from './access.ts';
import type { MlflowAddress } from './transport.ts';

const prefix = '/mlflow';
const longestJson = 8 * 1024 * 1024;
/** Ours, or about the way between browser and gateway: not MLflow's to see. */
const withheld = ['authorization', 'cookie', 'origin', 'referer', 'x-forwarded-for', 'x-forwarded-host', 'forwarded'];

/** What the door to MLflow needs. */
export interface MlflowProxyParts {
  server: MlflowAddress;
  database: Queryable;
  /** The most bytes of one artifact. */
  maxUploadBytes: number;
}

/**
 * The door to MLflow: `/mlflow/…` is passed on to the server on loopback, without our token or cookie, after
 * `access.ts` has let it. It serves its pages, notebooks (`MLFLOW_TRACKING_URI` = the gateway's address and `/mlflow`,
 * `MLFLOW_TRACKING_TOKEN` = a token of ours) and the steps of jobs, which are held to the run of their job.
 */
export function mlflowProxy(parts: MlflowProxyParts): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    void app.register(replyFrom, { undici: { headersTimeout: 300_000, bodyTimeout: 300_000 }, disableCache: true });
    // Bodies stay streams: artifacts are large, and only what is to be judged is read.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));

    // MLflow's page names its parts relative to its folder, so it needs the slash.
    app.get(prefix, { config: { policy: 'mlflow.use' } }, async (request, reply) =>
      pathOf(request) === prefix ? reply.redirect(`${prefix}/`, 308) : pass(parts, request, reply),
    );
    app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: `${prefix}/*`,
      bodyLimit: parts.maxUploadBytes,
      config: { policy: 'mlflow.use' },
      handler: async (request, reply) => pass(parts, request, reply),
    });
    done();
  };
}

async function pass(parts: MlflowProxyParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  try {
    return await forward(parts, request, reply);
  } catch (error) {
    // What was not read of the body would stand before the next request of this connection.
    if (!request.raw.complete) void reply.header('connection', 'close');
    throw error;
  }
}

async function forward(parts: MlflowProxyParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const raw = pathOf(request).slice(prefix.length);
  const path = decoded(raw);
  const body = judgesBody(request, path) ? await readJson(request) : undefined;
  const { searchParams: query } = new URL(request.raw.url ?? '', 'http://cairn');
  const words = refusal({ method: request.method, path, query, body }, await passenger(parts.database, request));
  if (words !== null) throw new CairnError('not-allowed', words, { where: path });
  const { address } = await parts.server.ensure();
  return reply.from(`${address}${raw}`, {
    ...(body === undefined ? {} : { body }),
    rewriteRequestHeaders: (_request, headers) => {
      const drop = reads(request) ? [...withheld, 'content-length', 'transfer-encoding'] : withheld;
      return Object.fromEntries(Object.entries(headers).filter(([name]) => !drop.includes(name)));
    },
    onError: (failed, { error }) => void failed.send(unanswered(error)),
  });
}

/** The path as it came, still encoded; `new URL` would resolve dots that are to be refused. */
function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?')[0]!;
}

async function passenger(database: Queryable, request: FastifyRequest): Promise<Passenger> {
  const { jobId } = request.actor;
  if (jobId === undefined) return { kind: 'account' };
  return { kind: 'job', runId: await mlflowRunOf(database, jobId) };
}

function reads({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Artifacts are passed through unread; everything else that has a body is JSON of bounded size. */
function judgesBody(request: FastifyRequest, path: string): boolean {
  return !reads(request) && !path.includes('/mlflow-artifacts/');
}

/** The parsed body; null where there is none. */
async function readJson(request: FastifyRequest): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > longestJson) {
      throw new CairnError('too-large', `A call to MLflow has more than ${longestJson} bytes.`, {
        action: 'Log in smaller batches, and files as artifacts.',
      });
    }
    chunks.push(chunk);
  }
  if (size === 0) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw new CairnError('json-invalid', 'A call to MLflow carries a body that is no JSON.', { cause });
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new CairnError('input-invalid', 'The address is not well encoded.', { where: path, cause });
  }
}

function unanswered(cause: unknown): CairnError {
  return new CairnError('mlflow-unavailable', 'MLflow did not answer.', { action: 'Try again.', cause });
}
