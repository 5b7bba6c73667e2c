import { FeedbackInfo, NewFeedback } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import { feedbackCsv } from './csv.ts';
import type { Feedback } from './feedback.ts';

const Query = Type.Object(
  {
    limit: Type.Integer({ default: 100, minimum: 1, maximum: 10_000 }),
    before: Type.Optional(Type.Integer({ minimum: 1, description: 'id of the last that was told: older ones follow' })),
  },
  { additionalProperties: false },
);

/** What people say of Cairn: anybody who is signed in says it, administrators read it. */
export function feedbackRoutes(parts: { feedback: Feedback }): FastifyPluginCallback {
  const { feedback } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: NewFeedback }>(
      '/feedback',
      {
        config: { policy: 'feedback.write' },
        bodyLimit: 16 * 1024,
        schema: { body: NewFeedback, response: { 201: FeedbackInfo } },
      },
      async (request, reply) => reply.code(201).send(await feedback.give(request.body, request.actor)),
    );

    app.get<{ Querystring: Static<typeof Query> }>(
      '/feedback',
      {
        config: { policy: 'feedback.read' },
        schema: { querystring: Query, response: { 200: Type.Array(FeedbackInfo) } },
      },
      ({ query: { limit, before } }) => feedback.list(limit, before),
    );

    app.get<{ Querystring: Static<typeof Query> }>(
      '/feedback.csv',
      { config: { policy: 'feedback.read' }, schema: { querystring: Query, produces: ['text/csv'] } },
      async ({ query: { limit, before } }, reply) =>
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="feedback.csv"')
          .send(feedbackCsv(await feedback.list(limit, before))),
    );
    done();
  };
}
