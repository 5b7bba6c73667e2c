import { CairnError, errorCodes, OipInferRequest, OipInferResponse } from '@cairn/contracts';
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { invalid } from './block.ts';
import type { GraphNode } from './node.ts';

/** A padded block of 4096 pixels and its halo, as base64, with room. */
const bodyLimit = 256 * 1024 * 1024;

const ModelParams = Type.Object({ name: Type.String(), version: Type.Optional(Type.String()) });

/** The Open Inference Protocol v2 (REST) over one node. Every route on one screen. */
export function servingApp(node: GraphNode): FastifyInstance {
  const app = Fastify({ bodyLimit, logger: false });
  const check = ({ name, version }: Model): void => {
    if (name === node.name && (version === undefined || version === node.version)) return;
    const asked = version === undefined ? name : `${name}, version ${version}`;
    throw new CairnError('not-found', `This server serves ${node.name}, version ${node.version}, not ${asked}.`);
  };

  app.get('/v2', () => ({ name: 'cairn-serving', version: '0.1.0', extensions: [] }));
  app.get('/v2/health/live', () => ({ live: true }));
  app.get('/v2/health/ready', () => ({ ready: true }));
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get<{ Params: Model }>(path, { schema: { params: ModelParams } }, ({ params }) => {
      check(params);
      const { name, version, inputs, outputs } = node;
      return { name, versions: [version], platform: 'onnxruntime_onnx', inputs, outputs };
    });
    app.get<{ Params: Model }>(`${path}/ready`, { schema: { params: ModelParams } }, ({ params }) => {
      check(params);
      return { name: node.name, ready: true };
    });
    app.post<{ Params: Model; Body: OipInferRequest }>(
      `${path}/infer`,
      { schema: { params: ModelParams, body: OipInferRequest, response: { 200: OipInferResponse } } },
      async ({ params, body }): Promise<OipInferResponse> => {
        check(params);
        const output = await node.infer(body);
        const id = body.id === undefined ? {} : { id: body.id };
        return { ...id, model_name: node.name, model_version: node.version, outputs: [output] };
      },
    );
  }

  app.setNotFoundHandler(({ url }) => {
    throw new CairnError('not-found', `There is nothing at ${url}.`, { action: 'See /v2 and /v2/models/NAME.' });
  });
  app.setErrorHandler((thrown: Error & { statusCode?: number; validation?: { instancePath: string }[] }, _, reply) => {
    const problem = asCairnError(thrown).problem();
    // The protocol wants "error"; the rest is our own problem details, for whoever reads them.
    return reply
      .status(problem.status)
      .type('application/problem+json')
      .send({ ...problem, error: problem.detail });
  });
  return app;
}

interface Model {
  name: string;
  version?: string;
}

function asCairnError(thrown: Error & { statusCode?: number; validation?: { instancePath: string }[] }): CairnError {
  if (thrown instanceof CairnError) return thrown;
  if (thrown.validation !== undefined) return invalid(thrown.validation[0]?.instancePath ?? '/', thrown.message);
  if (thrown.statusCode === errorCodes['too-large'].status) return new CairnError('too-large', thrown.message);
  if (thrown.statusCode !== undefined && thrown.statusCode < 500) return new CairnError('json-invalid', thrown.message);
  return new CairnError('internal', thrown.message, { cause: thrown });
}
