import { CairnError, DatasetDiff, DatasetMap, DatasetVersion, Identifier } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { StacItem } from '../catalog/item.ts';
import { Links } from '../catalog/links.ts';
import { diffVersions, type DiffParts } from './dataset-diff.ts';
import { versionLink } from './dataset-item.ts';
import { readForMap } from './dataset-map.ts';

const number = Type.Integer({ minimum: 1, maximum: 999_999_999 });
const Dataset = Type.Object({ id: Identifier });
const Version = Type.Object({ id: Identifier, version: number });
const Range = Type.Object({ from: Type.Optional(number), to: Type.Optional(number) }, { additionalProperties: false });

/** The versions of datasets: their list, their STAC items as they were, and what differs between two. */
export function datasetRoutes(parts: DiffParts): FastifyPluginCallback {
  const { versions } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Dataset> }>(
      '/datasets/:id/versions',
      {
        config: { policy: 'datasets.read' },
        schema: { params: Dataset, response: { 200: Type.Array(DatasetVersion) } },
      },
      async (request) => versions.list(request.params.id),
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/datasets/:id/versions/:version',
      { config: { policy: 'datasets.read' }, schema: { params: Version, produces: ['application/geo+json'] } },
      async (request, reply) => {
        const { id, version } = request.params;
        const { item } = await versions.get(id, version);
        const { version: latest } = await versions.get(id);
        const { links, ...more } = new Links(request).item(item) as StacItem & {
          links: object[];
        };
        const later = version === latest ? [] : [versionLink('successor-version', id, version + 1)];
        const newest = { rel: 'latest-version', href: `/stac/collections/datasets/items/${id}` };
        const beside = [...later, newest].map((link) => ({
          ...link,
          href: `${request.protocol}://${request.host}${link.href}`,
        }));
        return reply.type('application/geo+json').send(JSON.stringify({ ...more, links: [...links, ...beside] }));
      },
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/datasets/:id/versions/:version/map',
      { config: { policy: 'datasets.read' }, schema: { params: Version, response: { 200: DatasetMap } } },
      async (request, reply) => {
        const row = await versions.get(request.params.id, request.params.version);
        const files = await versions.files(row);
        // What a version holds never changes, but a state folder can be made anew.
        const etag = `"${row.digest}"`;
        void reply.header('etag', etag).header('cache-control', 'private, no-cache');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        const read = readForMap(files);
        await parts.objects.files(files.filter(({ path }) => read.has(path)).map(({ digest }) => digest));
        return parts.reader.call(
          'map',
          files.map(({ path, digest }) => ({ path, digest, file: parts.objects.path(digest) })),
        );
      },
    );

    app.get<{ Params: Static<typeof Dataset>; Querystring: Static<typeof Range> }>(
      '/datasets/:id/diff',
      {
        config: { policy: 'datasets.read' },
        schema: { params: Dataset, querystring: Range, response: { 200: DatasetDiff } },
      },
      async (request) => {
        const { id } = request.params;
        const to = await versions.get(id, request.query.to);
        const before = request.query.from ?? to.version - 1;
        if (before < 1) {
          throw new CairnError('not-found', `The dataset ${id} has no version before ${to.version}.`, {
            where: id,
            action: 'Add it again with other content; there is nothing to compare yet.',
          });
        }
        return diffVersions(await versions.get(id, before), to, parts);
      },
    );
    done();
  };
}
