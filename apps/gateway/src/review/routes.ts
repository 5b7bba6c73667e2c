import { Review, ReviewChange, ReviewList } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import { PredictionId } from '../inference/prediction-row.ts';
import type { Reviews } from './reviews.ts';

const Prediction = Type.Object({ id: PredictionId });
const Feature = Type.Object({ id: PredictionId, feature: Type.String({ pattern: '^[0-9a-f]{20}$' }) });

/** What those who looked say of the buildings of predictions. */
export function reviewRoutes({ reviews }: { reviews: Reviews }): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Prediction> }>(
      '/predictions/:id/reviews',
      { config: { policy: 'reviews.read' }, schema: { params: Prediction, response: { 200: ReviewList } } },
      async (request) => reviews.list(request.params.id),
    );

    app.put<{ Params: Static<typeof Feature>; Body: ReviewChange }>(
      '/predictions/:id/reviews/:feature',
      {
        config: { policy: 'reviews.write' },
        schema: { params: Feature, body: ReviewChange, response: { 200: Review } },
      },
      async ({ params, body, actor }) => reviews.place(params.id, params.feature, body, actor),
    );

    app.delete<{ Params: Static<typeof Feature> }>(
      '/predictions/:id/reviews/:feature',
      { config: { policy: 'reviews.write' }, schema: { params: Feature, response: { 204: Type.Null() } } },
      async ({ params, actor }, reply) => {
        await reviews.withdraw(params.id, params.feature, actor);
        return reply.code(204).send();
      },
    );

    app.get<{ Params: Static<typeof Prediction> }>(
      '/predictions/:id/reviewed.geojson',
      { config: { policy: 'reviews.read' }, schema: { params: Prediction, produces: ['application/geo+json'] } },
      async (request, reply) => {
        const collection = await reviews.collection(request.params.id);
        void reply.type('application/geo+json').header('cache-control', 'no-store');
        void reply.header(
          'content-disposition',
          `attachment; filename="reviewed-${request.params.id.slice(0, 8)}.geojson"`,
        );
        return reply.send(collection);
      },
    );
    done();
  };
}
