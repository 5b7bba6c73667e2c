import {
  headerLengthName,
  headerLengthOf,
  readInferRequest,
  wantsBinary,
  writeInferAnswer,
  type InferBody,
} from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { answerProblem } from '../../errors.ts';
import { softwareVersion } from '../../platform/status.ts';
import type { VersionRow } from '../../registry/version-row.ts';
import type { Versions } from '../../registry/versions.ts';
import type { Inferences } from './inferences.ts';

/** An image of 2048 × 2048 pixels as FP32, with room. */
const bodyLimit = 64 * 1024 * 1024;

const Params = Type.Object({ name: Type.String({ maxLength: 200 }) });
const VersionParams = Type.Object({ ...Params.properties, version: Type.String({ pattern: '^[0-9]{1,9}$' }) });
type Params = Static<typeof Params> & Partial<Static<typeof VersionParams>>;

const TensorMetadata = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer({ description: '-1: any size' })),
});
const ModelMetadata = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String({ description: 'those in production' })),
  platform: Type.String(),
  inputs: Type.Array(TensorMetadata),
  outputs: Type.Array(TensorMetadata),
});
const ServerMetadata = Type.Object({
  name: Type.String(),
  version: Type.String(),
  extensions: Type.Array(Type.String()),
});

/**
 * The gateway's door of the Open Inference Protocol v2 (REST), with the extension for binary tensors: only versions in production
 * answer, and each answer names its receipt. An error is problem details with the protocol's `error` beside them.
 */
export function doorRoutes(parts: { versions: Versions; inferences: Inferences }): FastifyPluginCallback {
  const { versions, inferences } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.setErrorHandler((error, request, reply) => {
      answerProblem(error, request, reply, ({ detail }) => ({ error: detail }));
    });
    // The protocol's clients leave the body's type out, or call JSON with binary data behind it what they like.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, parsed) => parsed(null, body));

    app.get('/v2', { config: { policy: 'api.read' }, schema: { response: { 200: ServerMetadata } } }, () => ({
      name: 'cairn',
      version: softwareVersion,
      extensions: ['binary_tensor_data'],
    }));
    for (const state of ['live', 'ready']) {
      const Health = Type.Object({ [state]: Type.Boolean() });
      app.get(
        `/v2/health/${state}`,
        { config: { policy: 'health.read' }, schema: { response: { 200: Health } } },
        () => ({ [state]: true }),
      );
    }

    for (const [path, params] of [
      ['/v2/models/:name', Params],
      ['/v2/models/:name/versions/:version', VersionParams],
    ] as const) {
      app.get<{ Params: Params }>(
        path,
        { config: { policy: 'versions.read' }, schema: { params, response: { 200: ModelMetadata } } },
        async (request) => {
          const { model } = await versions.production(refOf(request.params));
          return metadataOf(model, await versions.ofModel(model));
        },
      );

      app.get<{ Params: Params }>(
        `${path}/ready`,
        {
          config: { policy: 'versions.read' },
          schema: { params, response: { 200: Type.Object({ name: Type.String(), ready: Type.Boolean() }) } },
        },
        async (request) => {
          const { model } = await versions.production(refOf(request.params));
          return { name: model, ready: true };
        },
      );

      app.post<{ Params: Params; Body: Buffer | undefined }>(
        `${path}/infer`,
        {
          config: { policy: 'models.infer' },
          schema: {
            params,
            consumes: ['application/json', 'application/octet-stream'],
            produces: ['application/json', 'application/octet-stream'],
          },
        },
        async (request, reply) => {
          const asked = readInferRequest(
            request.body ?? new Uint8Array(),
            headerLengthOf(request.headers[headerLengthName]),
          );
          const answer = await inferences.answer(refOf(request.params), asked, request.actor, leftBy(reply));
          return send(
            reply,
            writeInferAnswer(answer, (name) => wantsBinary(asked, name)),
          );
        },
      );
    }
    done();
  };
}

function refOf({ name, version }: Params): string {
  return version === undefined ? name : `${name}/${version}`;
}

function metadataOf(model: string, rows: readonly VersionRow[]): Static<typeof ModelMetadata> {
  const inProduction = rows.filter(({ stage }) => stage === 'production').map(({ version }) => String(version));
  return {
    name: model,
    versions: inProduction,
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] }],
    outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1, -1, -1] }],
  };
}

/** Aborts when the caller is gone before there is an answer. */
function leftBy(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}

function send(reply: FastifyReply, { parts, headerLength }: InferBody): FastifyReply {
  if (headerLength === null) return reply.type('application/json').send(parts[0]);
  return reply.type('application/octet-stream').header(headerLengthName, headerLength).send(Buffer.concat(parts));
}
