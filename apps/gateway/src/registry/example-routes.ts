import { CairnError, Digest, ExampleSet, Identifier } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { examplesOf } from './example-row.ts';
import { PictureWidth, smallerPicture } from './smaller-picture.ts';
import { versionId } from './version-row.ts';

const Picture = Type.Object({
  model: Identifier,
  version: Type.Integer({ minimum: 1, maximum: 999_999_999 }),
  digest: Digest,
});
const Query = Type.Object({ width: PictureWidth }, { additionalProperties: false });

/** The example pictures of versions: which there are, and their bytes. */
export function exampleRoutes({
  database,
  objects,
}: {
  database: Database;
  objects: ObjectStore;
}): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.get(
      '/examples',
      { config: { policy: 'versions.read' }, schema: { response: { 200: Type.Array(ExampleSet) } } },
      () => examplesOf(database),
    );

    app.get<{ Params: Static<typeof Picture>; Querystring: Static<typeof Query> }>(
      '/models/:model/versions/:version/examples/:digest',
      { config: { policy: 'versions.read' }, schema: { params: Picture, querystring: Query } },
      async (request, reply) => {
        const { digest, ...version } = request.params;
        const sets = await examplesOf(database, version);
        if (!sets.some(({ pictures }) => pictures.some((picture) => picture.digest === digest))) {
          throw new CairnError('not-found', `The version ${versionId(version)} has no such example.`, {
            where: digest,
            action: `Look at "cairn evidence ${versionId(version)}" for those it has.`,
          });
        }
        const { width } = request.query;
        const etag = width === undefined ? `"${digest}"` : `"${digest} ${width}"`;
        void reply.header('etag', etag).header('cache-control', 'private, max-age=31536000, immutable');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        if (width === undefined) return reply.type('image/jpeg').send(await objects.read(digest));
        return reply.type('image/webp').send(await smallerPicture(await objects.readAll(digest), width, digest));
      },
    );
    done();
  };
}
