import { Digest } from '@cairn/contracts';
import { makeReceipt } from '@cairn/receipt';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { Receipts } from './receipts.ts';

const Params = Type.Object({ digest: Digest });
const Query = Type.Object(
  {
    subject: Type.Optional(Type.String({ maxLength: 300, description: 'the thing, as version:building-detector/1' })),
    limit: Type.Integer({ default: 100, minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
);
const Entry = Type.Object({
  digest: Digest,
  kind: Type.String(),
  subject: Type.String(),
  at: Type.String({ description: 'RFC 3339' }),
});

/** The receipts as they can be read: the list, and one Sigstore bundle. */
export function receiptRoutes(parts: { receipts: Receipts; database: Database }): FastifyPluginCallback {
  const { receipts, database } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Querystring: Static<typeof Query> }>(
      '/receipts',
      { config: { policy: 'receipts.read' }, schema: { querystring: Query, response: { 200: Type.Array(Entry) } } },
      async (request) => receipts.list(database, request.query.subject, request.query.limit),
    );

    app.get<{ Params: Static<typeof Params> }>(
      '/receipts/:digest',
      { config: { policy: 'receipts.read' }, schema: { params: Params, response: { 200: Type.Unknown() } } },
      async (request, reply) => {
        const bundle = await receipts.get(database, request.params.digest);
        return reply.type('application/vnd.dev.sigstore.bundle.v0.3+json').send(bundle);
      },
    );

    app.get<{ Params: Static<typeof Params> }>(
      '/receipts/:digest/trail',
      {
        config: { policy: 'receipts.read' },
        schema: {
          description: 'the receipt with those that it builds on, as files carry it: bundle, upstream, key, facts',
          params: Params,
          response: { 200: Type.Unknown() },
        },
      },
      async (request) => {
        const bundle = await receipts.get(database, request.params.digest);
        return makeReceipt(bundle, await receipts.upstreamOf(database, bundle), receipts.publicKeyPem);
      },
    );
    done();
  };
}
