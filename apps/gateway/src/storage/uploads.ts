import { CairnError, Digest, MissingUploads, Uploaded } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import type { ObjectStore } from './objects.ts';

const octets = 'application/octet-stream';
const Params = Type.Object({ digest: Digest });
const Asked = Type.Object({ digests: Type.Array(Digest, { maxItems: 200_000 }) }, { additionalProperties: false });
/** Of a request that names as many digests as a dataset may have files, in bytes. */
const longestList = 32 * 1024 * 1024;

/** Bytes in, digest out; and which bytes are here already, so that nothing is sent twice. */
export function uploadRoutes(parts: { objects: ObjectStore; maxUploadBytes: number }): FastifyPluginCallback {
  const { objects, maxUploadBytes } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.addContentTypeParser(octets, (_request, payload, parsed) => parsed(null, payload));

    app.post<{ Body: Readable | undefined }>(
      '/uploads',
      {
        bodyLimit: maxUploadBytes,
        config: { policy: 'uploads.write' },
        schema: { consumes: [octets], response: { 201: Uploaded } },
      },
      async (request, reply) => {
        if (request.body === undefined || request.headers['content-type']?.startsWith(octets) !== true) {
          throw new CairnError('input-invalid', 'The upload is not a stream of bytes.', {
            where: 'Content-Type',
            action: 'Send the bytes as application/octet-stream.',
          });
        }
        // A stream that is left in the middle would take the connection with it, and the answer that says why.
        const bytes = request.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
        return reply.code(201).send(await objects.put(bytes, undefined, maxUploadBytes));
      },
    );

    app.post<{ Body: Static<typeof Asked> }>(
      '/uploads/missing',
      {
        bodyLimit: longestList,
        config: { policy: 'uploads.read' },
        schema: { body: Asked, response: { 200: MissingUploads } },
      },
      async ({ body: { digests } }) => {
        const held = await objects.sizes(digests);
        return { missing: [...new Set(digests)].filter((digest) => !held.has(digest)) };
      },
    );

    app.head<{ Params: Static<typeof Params> }>(
      '/uploads/:digest',
      { config: { policy: 'uploads.read' }, schema: { params: Params } },
      async (request, reply) => {
        const size = await objects.size(request.params.digest);
        return reply.header('content-length', size).type(octets).send();
      },
    );
    done();
  };
}
