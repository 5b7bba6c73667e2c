import { type UsageGroup, usageGroups, UsageReport } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import { usageCsv, usageReport } from './report.ts';

const Group = Type.Object({ by: Type.Enum([...usageGroups]) });
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
const Span = Type.Object(
  { from: time('asked for at this time or later'), to: time('asked for before this time') },
  { additionalProperties: false },
);
type Asked = { Params: { by: UsageGroup }; Querystring: Static<typeof Span> };

/** What jobs cost, by month, model, account and job: for administrators. */
export function usageRoutes(parts: { database: Database }): FastifyPluginCallback {
  const { database } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<Asked>(
      '/usage/:by',
      {
        config: { policy: 'usage.read' },
        schema: { params: Group, querystring: Span, response: { 200: UsageReport } },
      },
      ({ params, query }) => usageReport(database, params.by, query),
    );

    app.get<Asked>(
      '/usage/:by.csv',
      {
        config: { policy: 'usage.read' },
        schema: { params: Group, querystring: Span, produces: ['text/csv'] },
      },
      async ({ params: { by }, query }, reply) =>
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="cairn-${by}.csv"`)
          .send(usageCsv(by, await usageReport(database, by, query))),
    );
    done();
  };
}
