import { Identifier, Shadow, ShadowChange, ShadowComparison, ShadowStatus } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Shadows } from './shadows.ts';

const Model = Type.Object({ model: Identifier });

const ListQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })) },
  { additionalProperties: false },
);

/** The version of a model that runs a share of its predictions once more, and what it found. */
export function shadowRoutes({ shadows }: { shadows: Shadows }): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Model> }>(
      '/models/:model/shadow',
      { config: { policy: 'shadows.read' }, schema: { params: Model, response: { 200: ShadowStatus } } },
      async (request) => shadows.get(request.params.model),
    );

    app.get<{ Params: Static<typeof Model>; Querystring: Static<typeof ListQuery> }>(
      '/models/:model/shadow/comparisons',
      {
        config: { policy: 'shadows.read' },
        schema: { params: Model, querystring: ListQuery, response: { 200: Type.Array(ShadowComparison) } },
      },
      async (request) => shadows.comparisons(request.params.model, request.query.limit ?? 100),
    );

    app.put<{ Params: Static<typeof Model>; Body: ShadowChange }>(
      '/models/:model/shadow',
      {
        config: { policy: 'versions.approve' },
        schema: { params: Model, body: ShadowChange, response: { 200: Shadow } },
      },
      async (request) => shadows.set(request.params.model, request.body, request.actor),
    );

    app.delete<{ Params: Static<typeof Model> }>(
      '/models/:model/shadow',
      { config: { policy: 'versions.approve' }, schema: { params: Model, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await shadows.end(request.params.model, request.actor);
        return reply.code(204).send();
      },
    );
    done();
  };
}
