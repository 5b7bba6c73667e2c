import { CairnError, Digest, Identifier, invalidMember } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { ObjectStore } from '../storage/objects.ts';
import { PictureWidth, smallerPicture } from './smaller-picture.ts';
import { mediaTypeOf } from './version-files.ts';
import { versionId } from './version-row.ts';
import type { Versions } from './versions.ts';

const File = Type.Object({
  model: Identifier,
  version: Type.Integer({ minimum: 1, maximum: 999_999_999 }),
  '*': Type.String({ minLength: 1, maxLength: 1000 }),
});
const Query = Type.Object(
  {
    digest: Type.Optional(Digest),
    width: PictureWidth,
  },
  { additionalProperties: false },
);

/** The card and the pictures of versions, which the catalogue's items and the evidence point to. */
export function versionFileRoutes(parts: { versions: Versions; objects: ObjectStore }): FastifyPluginCallback {
  const { versions, objects } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof File>; Querystring: Static<typeof Query> }>(
      '/models/:model/versions/:version/files/*',
      { config: { policy: 'versions.read' }, schema: { params: File, querystring: Query } },
      async (request, reply) => {
        const { model, version, '*': path } = request.params;
        const { files } = await versions.get(model, version);
        const file = Object.hasOwn(files, path) ? files[path] : undefined;
        const type = mediaTypeOf(path);
        const { digest: wanted = file?.digest } = request.query;
        if (file === undefined || type === undefined || wanted !== file.digest) {
          throw new CairnError('not-found', `The version ${model}/${version} has no such file ${path}.`, {
            where: `${versionId({ model, version })}/${path}`,
            action: `Look at "cairn evidence ${model}/${version}" for its card and pictures.`,
          });
        }
        const { width } = request.query;
        if (width !== undefined && !type.startsWith('image/')) {
          throw invalidMember('/width', 'must be left out: this is no picture');
        }
        const etag = width === undefined ? `"${file.digest}"` : `"${file.digest} ${width}"`;
        // Only an address with the digest names the same bytes for ever: a state folder can be made anew.
        const forEver = request.query.digest !== undefined;
        void reply
          .header('etag', etag)
          .header('cache-control', forEver ? 'private, max-age=31536000, immutable' : 'private, no-cache');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        // What a package's run has left must not run as a page of this gateway.
        void reply
          .header('x-content-type-options', 'nosniff')
          .header('content-security-policy', "default-src 'none'; sandbox");
        if (width !== undefined) {
          return reply.type('image/webp').send(await smallerPicture(await objects.readAll(file.digest), width, path));
        }
        return reply
          .type(type)
          .header('content-length', file.size)
          .send(await objects.read(file.digest));
      },
    );
    done();
  };
}
