import { FORMAT_NAMES, FORMATS, type FormatName } from '@cairn/export';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import { softwareVersion } from '../platform/status.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { exportStream, type ExportThread } from './exports-thread.ts';
import { demandPrediction, PredictionId } from './prediction-row.ts';

const Params = Type.Object({
  id: PredictionId,
  format: Type.Unsafe<FormatName>(Type.String({ enum: FORMAT_NAMES, description: 'ending of the format' })),
});

/** Predictions in other formats than GeoJSON, made when they are asked for. */
export function exportRoutes(parts: {
  database: Database;
  objects: ObjectStore;
  exporter: ExportThread;
}): FastifyPluginCallback {
  const { database, objects, exporter } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Params> }>(
      '/predictions/:id/buildings.:format',
      {
        config: { policy: 'inference.read' },
        schema: { params: Params, produces: Object.values(FORMATS).map(({ mediaType }) => mediaType) },
      },
      async (request, reply) => {
        const { id, format } = request.params;
        const { geojson_digest: digest, imagery, model, version } = await demandPrediction(database, id);
        // The same GeoJSON gives the same bytes, until another Cairn writes the format otherwise.
        const etag = `"${digest.slice('sha256:'.length)}-${format}-${softwareVersion}"`;
        void reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        const name = `${imagery}-${model}-${version}-${id.slice(0, 8)}.${format}`;
        void reply.type(FORMATS[format].mediaType).header('content-disposition', `attachment; filename="${name}"`);
        if (request.method === 'HEAD') return reply.send();
        return reply.send(await exportStream(exporter, await objects.file(digest), format));
      },
    );
    done();
  };
}
