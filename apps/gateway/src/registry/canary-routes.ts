import { Canary, CanaryChange, Identifier } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Canaries } from './canaries.ts';

const Model = Type.Object({ model: Identifier });

/** The version of a model that is tried on a share of its requests. */
export function canaryRoutes({ canaries }: { canaries: Canaries }): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Model> }>(
      '/models/:model/canary',
      {
        config: { policy: 'versions.read' },
        schema: { params: Model, response: { 200: Type.Object({ canary: Type.Union([Canary, Type.Null()]) }) } },
      },
      async (request) => ({ canary: await canaries.get(request.params.model) }),
    );

    app.put<{ Params: Static<typeof Model>; Body: CanaryChange }>(
      '/models/:model/canary',
      {
        config: { policy: 'versions.approve' },
        schema: { params: Model, body: CanaryChange, response: { 200: Canary } },
      },
      async (request) => canaries.set(request.params.model, request.body, request.actor),
    );

    app.delete<{ Params: Static<typeof Model> }>(
      '/models/:model/canary',
      { config: { policy: 'versions.approve' }, schema: { params: Model, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await canaries.end(request.params.model, request.actor);
        return reply.code(204).send();
      },
    );
    done();
  };
}
