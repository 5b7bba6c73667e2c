import { Digest } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { buildingsAddress } from './prediction-item.ts';
import { demandPrediction, PredictionId, type PredictionRow } from './prediction-row.ts';

const Params = Type.Object({ id: PredictionId });

const ListQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })) },
  { additionalProperties: false },
);

/** A prediction as the API tells it. */
const PredictionInfo = Type.Object({
  id: Type.String(),
  version: Type.String({ description: 'MODEL/NUMBER' }),
  imagery: Type.String(),
  features: Type.Integer(),
  areaKm2: Type.Number(),
  seconds: Type.Number(),
  digest: Digest,
  receipt: Digest,
  actor: Type.String(),
  at: Type.String(),
  href: Type.String({ description: 'address of the GeoJSON' }),
  revoked: Type.Boolean({ description: 'something that it came from was taken back; /revocations tells what' }),
});
type PredictionInfo = Static<typeof PredictionInfo>;

/** Predictions and their buildings. */
export function inferenceRoutes(parts: { database: Database; objects: ObjectStore }): FastifyPluginCallback {
  const { database, objects } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/predictions',
      {
        config: { policy: 'inference.read' },
        schema: { querystring: ListQuery, response: { 200: Type.Array(PredictionInfo) } },
      },
      async (request) => {
        const rows = await database.query<PredictionRow>(
          'select * from cairn.prediction order by at desc, id limit $1',
          [request.query.limit ?? 100],
        );
        return rows.map(toInfo);
      },
    );

    app.get<{ Params: Static<typeof Params> }>(
      '/predictions/:id',
      { config: { policy: 'inference.read' }, schema: { params: Params, response: { 200: PredictionInfo } } },
      async (request) => toInfo(await demandPrediction(database, request.params.id)),
    );

    app.get<{ Params: Static<typeof Params> }>(
      '/predictions/:id/buildings.geojson',
      { config: { policy: 'inference.read' }, schema: { params: Params, produces: ['application/geo+json'] } },
      async (request, reply) => {
        const { geojson_digest: digest } = await demandPrediction(database, request.params.id);
        const etag = `"${digest.slice('sha256:'.length)}"`;
        void reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply
          .type('application/geo+json')
          .header('content-length', await objects.size(digest))
          .send(await objects.read(digest));
      },
    );
    done();
  };
}

function toInfo(row: PredictionRow): PredictionInfo {
  return {
    id: row.id,
    version: `${row.model}/${row.version}`,
    imagery: row.imagery,
    features: row.features,
    areaKm2: row.area_km2,
    seconds: row.seconds,
    digest: row.geojson_digest,
    receipt: row.receipt,
    actor: row.actor,
    at: row.at.toISOString(),
    href: buildingsAddress(row.id),
    revoked: row.revocation !== null,
  };
}
