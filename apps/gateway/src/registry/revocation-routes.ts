import { Revocation, RevocationAsked, RevocationResult } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Revocations } from './revocation.ts';

const Query = Type.Object(
  {
    digest: Type.String({
      pattern: '^sha256:[0-9a-f]{64}(,sha256:[0-9a-f]{64}){0,19}$',
      description: 'of weights, a dataset, a package, or the receipt of a prediction; several with commas',
    }),
  },
  { additionalProperties: false },
);

/** Taking back what was found to be wrong; and, for whoever holds a file, whether that was done to what it came from. */
export function revocationRoutes(parts: { revocations: Revocations }): FastifyPluginCallback {
  const { revocations } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: RevocationAsked }>(
      '/revocations',
      {
        config: { policy: 'versions.revoke' },
        schema: { body: RevocationAsked, response: { 200: RevocationResult } },
      },
      async (request) => revocations.revoke(request.body, request.actor),
    );

    app.get<{ Querystring: Static<typeof Query> }>(
      '/revocations',
      {
        config: { policy: 'revocations.read' },
        schema: { querystring: Query, response: { 200: Type.Array(Revocation) } },
      },
      async (request) => revocations.about(request.query.digest.split(',')),
    );
    done();
  };
}
