import { CairnError, Digest, Identifier, ModelInfo } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import type { Models } from './models.ts';
import { findRevision } from './package/revision.ts';

const Model = Type.Object({ model: Identifier });
const Revision = Type.Object({ model: Identifier, digest: Digest });

/** The models with their revisions, and the archive of each. */
export function modelRoutes(parts: {
  database: Database;
  objects: ObjectStore;
  models: Models;
}): FastifyPluginCallback {
  const { database, objects, models } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get(
      '/models',
      { config: { policy: 'versions.read' }, schema: { response: { 200: Type.Array(ModelInfo) } } },
      async () => models.list(),
    );

    app.get<{ Params: Static<typeof Model> }>(
      '/models/:model',
      { config: { policy: 'versions.read' }, schema: { params: Model, response: { 200: ModelInfo } } },
      async (request) => models.get(request.params.model),
    );

    app.get<{ Params: Static<typeof Revision> }>(
      '/models/:model/revisions/:digest/archive',
      { config: { policy: 'versions.read' }, schema: { params: Revision } },
      async (request, reply) => {
        const { model, digest } = request.params;
        const archive = (await findRevision(database, model, digest))?.archive ?? null;
        if (archive === null) {
          throw new CairnError('not-found', `There is no archive of the revision ${digest} of ${model}.`, {
            where: `${model}/${digest}`,
            action: 'Look at "cairn model show" for the revisions there are; register the package again to make one.',
          });
        }
        return reply
          .type('application/x-tar')
          .header('etag', `"${archive}"`)
          .header('content-length', await objects.size(archive))
          .header('content-disposition', `attachment; filename="${model}-${digest.slice(7, 19)}.tar"`)
          .send(await objects.read(archive));
      },
    );
    done();
  };
}
