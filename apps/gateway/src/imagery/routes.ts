import { CairnError, Identifier, type Digest } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { ObjectStore } from '../storage/objects.ts';
import type { Imageries } from './imageries.ts';
import type { ImageryThread } from './reader-thread.ts';

const ImageParams = Type.Object({ id: Identifier });
const TileParams = Type.Object({
  id: Identifier,
  z: Type.Integer({ minimum: 0, maximum: 24 }),
  x: Type.Integer({ minimum: 0 }),
  y: Type.Integer({ minimum: 0 }),
});

/** A PNG of 256 × 256 pixels without data: what a map gets beside the image. */
const emptyTile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAQAAAAEAAQMAAABmvDolAAAAA1BMVEVMaXFNx9g6AAAAAXRSTlMAQObYZgAAAAlwSFlzAAAD6AAAA+gBtXtSawAA' +
    'AB9JREFUaN7twQENAAAAwqD3T20ON6AAAAAAAAAAAL4NIQAAAX8ZnKcAAAAASUVORK5CYII=',
  'base64',
);

/** Imagery on the map, and its files. */
export function imageryRoutes(parts: {
  imageries: Imageries;
  objects: ObjectStore;
  reader: ImageryThread;
}): FastifyPluginCallback {
  const { imageries, objects, reader } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof TileParams> }>(
      '/imagery/:id/tiles/:z/:x/:y.png',
      { config: { policy: 'imagery.read' }, schema: { params: TileParams, produces: ['image/png'] } },
      async (request, reply) => {
        const { id, z, x, y } = request.params;
        if (x >= 2 ** z || y >= 2 ** z) {
          throw new CairnError('not-found', `There is no tile ${z}/${x}/${y}.`, {
            action: 'Ask for columns and rows from 0 to 2^z - 1.',
          });
        }
        const { digest } = await imageries.get(id);
        const etag = etagOf(digest, `${z}/${x}/${y}`);
        void reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        const png = await reader.call('tile', await objects.file(digest), { x, y, z });
        return reply.type('image/png').send(png === undefined ? emptyTile : Buffer.from(png));
      },
    );

    app.get<{ Params: Static<typeof ImageParams> }>(
      '/imagery/:id/image.tif',
      { config: { policy: 'imagery.read' }, schema: { params: ImageParams, produces: ['image/tiff'] } },
      async (request, reply) => {
        const { digest } = await imageries.get(request.params.id);
        const etag = etagOf(digest, 'image');
        void reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply
          .type('image/tiff; application=geotiff')
          .header('content-length', await objects.size(digest))
          .send(await objects.read(digest));
      },
    );
    done();
  };
}

function etagOf(digest: Digest, part: string): string {
  return `"${digest.slice('sha256:'.length, 'sha256:'.length + 32)}-${part}"`;
}
