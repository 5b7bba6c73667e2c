import { createHash, timingSafeEqual } from 'node:crypto';
import { request as ask } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CairnError, Digest } from '@cairn/contracts';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { answerProblem } from '../problem.ts';
import type { ModelServers } from './model-servers.ts';
import type { WeightsFolder } from './weights-folder.ts';

/** What a server may be told: nothing of addresses, files or threads of others. */
const ServerRequest = Type.Object(
  {
    digest: Digest,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    version: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Integer()]),
    stride: Type.Integer(),
    halo: Type.Integer(),
    window: Type.Integer(),
    threads: Type.Integer(),
    task: Type.String(),
    classes: Type.String(),
    expressions: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

const everyMs = 2000;

/**
 * The door of a serving host, for those who have its token. A server lives as long as the answer that tells of its start is read:
 * a line of JSON with its memory every two seconds, so that neither a gateway that was killed nor a cut wire leaves one behind. Every
 * route on one screen.
 */
export function hostApp(servers: ModelServers, weights: WeightsFolder, token: string): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const guard = guardOf(token);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: 64 * 1024 },
    app.getDefaultJsonParser('error', 'error'),
  );
  // Bodies of any size pass through, and are never held.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.get('/healthz', () => ({ status: 'up' }));
  app.head<{ Params: Named }>('/weights/:digest', { onRequest: guard }, async ({ params }, reply) =>
    reply.status((await weights.use(digestOf(params))) === null ? 404 : 200).send(),
  );
  app.put<{ Params: Named; Body: Readable }>(
    '/weights/:digest',
    { onRequest: guard },
    async ({ params, body }, reply) => {
      await weights.put(digestOf(params), body);
      return reply.status(201).send();
    },
  );
  app.post('/servers', { onRequest: guard }, async ({ body, raw }, reply) => {
    if (!Value.Check(ServerRequest, body)) throw invalid(JSON.stringify(Value.Errors(ServerRequest, body)[0]));
    const { digest, ...settings } = body;
    const over = new AbortController();
    raw.socket.once('close', () => over.abort(new CairnError('cancelled', 'Nobody waits for it any more.')));
    const { id, server } = await servers.start(digest, settings, over.signal);
    reply.hijack();
    reply.raw.writeHead(201, { 'content-type': 'application/x-ndjson' });
    await tell(reply, { id, pid: server.pid });
    const timer = setInterval(() => {
      void server.rssMiB().then((rssMiB) => tell(reply, { rssMiB, freeBytes: process.availableMemory() }));
    }, everyMs);
    over.signal.addEventListener('abort', () => void server.stop(), { once: true });
    if (over.signal.aborted) void server.stop();
    await server.exited;
    clearInterval(timer);
    reply.raw.end();
    return reply;
  });
  app.get<{ Params: { id: string } }>('/servers/:id', { onRequest: guard }, async ({ params }) => ({
    rssMiB: await servers.get(params.id).rssMiB(),
  }));
  app.delete<{ Params: { id: string } }>('/servers/:id', { onRequest: guard }, async ({ params }, reply) => {
    await servers.stop(params.id);
    return reply.status(204).send();
  });
  app.post<{ Params: { id: string; '*': string } }>(
    '/servers/:id/v2/*',
    { onRequest: guard },
    async (request, reply) => {
      const { address } = servers.get(request.params.id);
      return passOn(`${address}/v2/${request.params['*']}`, request, reply);
    },
  );

  app.setNotFoundHandler(({ url }) => {
    throw new CairnError('not-found', `There is nothing at ${url}.`);
  });
  app.setErrorHandler((thrown: Error & { statusCode?: number }, _, reply) => answerProblem(thrown, reply));
  return app;
}

interface Named {
  digest: string;
}

function digestOf({ digest }: Named): Digest {
  if (!Value.Check(Digest, digest)) throw invalid('the digest is none');
  return digest;
}

/** Lets those in who know the token. */
function guardOf(token: string): (request: FastifyRequest) => Promise<void> {
  const due = hashed(`Bearer ${token}`);
  return (request) => {
    if (timingSafeEqual(hashed(request.headers.authorization ?? ''), due)) return Promise.resolve();
    throw new CairnError('not-signed-in', 'The serving host does not know this token.', {
      action: 'Give gateway and serving host the same CAIRN_SERVING_TOKEN.',
    });
  };
}

function hashed(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function tell(reply: FastifyReply, line: Record<string, unknown>): Promise<void> {
  return new Promise((resolve) => {
    // Who reads no more is noticed by the end of the connection.
    if (reply.raw.writableEnded) resolve();
    else reply.raw.write(`${JSON.stringify(line)}\n`, () => resolve());
  });
}

/** Hands a request to a model server and its answer back, as they come. */
async function passOn(url: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !['host', 'authorization', 'connection'].includes(name)),
  );
  reply.hijack();
  const asked = ask(url, { method: 'POST', headers });
  asked.once('response', (response) => {
    reply.raw.writeHead(response.statusCode ?? 502, response.headers);
    pipeline(response, reply.raw).catch(() => reply.raw.destroy());
  });
  // The gateway asks again where a connection breaks off, and what it gave up the server need not finish.
  asked.once('error', () => reply.raw.destroy());
  reply.raw.once('close', () => asked.destroy());
  await pipeline(request.raw, asked).catch(() => undefined);
  return reply;
}

function invalid(words: string): CairnError {
  return new CairnError('input-invalid', `The request does not fit: ${words}.`);
}
