import type { IncomingMessage } from 'node:http';
import {
  CairnError,
  headerLengthName,
  headerLengthOf,
  readInferRequest,
  wantsBinary,
  writeInferAnswer,
} from '@cairn/contracts';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphNode } from './node.ts';
import { answerProblem } from './problem.ts';
import { readBody } from './protocol/body.ts';
import { answerOf, demandModel, modelMetadata, serverMetadata, type ModelRef } from './protocol/model.ts';

/** A padded block of 4096 pixels and its halo, as base64, with room. */
const bodyLimit = 256 * 1024 * 1024;

/**
 * The Open Inference Protocol v2 (REST) over one node, with the extension for binary tensors. Every route on one screen.
 */
export function servingApp(node: GraphNode): FastifyInstance {
  const app = Fastify({ bodyLimit, logger: false });
  // One reader for whatever the body is called: clients of the protocol leave its type out, too.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async ({ headers }: FastifyRequest, payload: IncomingMessage) => {
    const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
    return readBody(payload, {
      length,
      headerLength: headerLengthOf(headers[headerLengthName]) ?? 0,
      limit: bodyLimit,
    });
  });

  app.get('/v2', () => serverMetadata);
  app.get('/v2/health/live', () => ({ live: true }));
  app.get('/v2/health/ready', () => ({ ready: true }));
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get<{ Params: ModelRef }>(path, ({ params }) => modelMetadata(node, params));
    app.get<{ Params: ModelRef }>(`${path}/ready`, ({ params }) => {
      demandModel(node, params);
      return { name: node.name, ready: true };
    });
    app.post<{ Params: ModelRef; Body: Uint8Array | undefined }>(`${path}/infer`, async (request, reply) => {
      const asked = readInferRequest(
        request.body ?? new Uint8Array(),
        headerLengthOf(request.headers[headerLengthName]),
      );
      const answer = await answerOf(node, request.params, asked);
      return send(
        reply,
        writeInferAnswer(answer, (name) => wantsBinary(asked, name)),
      );
    });
  }

  app.setNotFoundHandler(({ url }) => {
    throw new CairnError('not-found', `There is nothing at ${url}.`, { action: 'See /v2 and /v2/models/NAME.' });
  });
  app.setErrorHandler((thrown: Error & { statusCode?: number }, _, reply) => answerProblem(thrown, reply));
  return app;
}

function send(reply: FastifyReply, { parts, headerLength }: ReturnType<typeof writeInferAnswer>): FastifyReply {
  if (headerLength === null) return reply.type('application/json').send(parts[0]);
  // Piece by piece, from where they lie: put together, what a window answers would be copied once more.
  reply.hijack();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    [headerLengthName]: headerLength,
  });
  for (const part of parts) raw.write(part);
  raw.end();
  return reply;
}
