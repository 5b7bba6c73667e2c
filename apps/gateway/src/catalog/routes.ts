import { CairnError } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback, RouteShorthandOptions } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Catalog } from './catalog.ts';
import { collections, type CollectionId, isCollection } from './collections.ts';
import { Links } from './links.ts';
import { bodyOf, ItemsQuery, SearchBody, SearchQuery } from './search.ts';

const conformsTo = [
  'https://api.stacspec.org/v1.0.0/core',
  'https://api.stacspec.org/v1.0.0/collections',
  'https://api.stacspec.org/v1.0.0/item-search',
  'https://api.stacspec.org/v1.0.0/item-search#sort',
  'https://api.stacspec.org/v1.0.0/ogcapi-features',
  'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core',
  'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson',
];

const Name = Type.String({ minLength: 1, maxLength: 200 });
const CollectionParams = Type.Object({ collection: Name });
const ItemParams = Type.Object({ collection: Name, item: Name });
const geojson = 'application/geo+json';

/** The STAC API (1.0) on the catalogue: landing page, collections, items, search. */
export function catalogRoutes(parts: { catalog: Catalog }): FastifyPluginCallback {
  const { catalog } = parts;
  return (app: FastifyInstance, _options, done) => {
    const route = (schema: NonNullable<RouteShorthandOptions['schema']> = {}) => ({
      config: { policy: 'catalog.read' as const },
      schema: { ...schema, response: { 200: Type.Unknown() } },
    });

    app.get('/stac', route(), (request) => ({
      type: 'Catalog',
      stac_version: '1.1.0',
      id: 'cairn',
      title: 'Cairn',
      description: 'Models, versions, datasets, imagery and predictions of this installation.',
      conformsTo,
      links: new Links(request).root(Object.keys(collections)),
    }));

    app.get('/stac/conformance', route(), () => ({ conformsTo }));

    app.get('/stac/collections', route(), async (request) => {
      const links = new Links(request);
      const all = await catalog.collections();
      return { collections: all.map((collection) => links.collection(collection)), links: links.collections() };
    });

    app.get<{ Params: Static<typeof CollectionParams> }>(
      '/stac/collections/:collection',
      route({ params: CollectionParams }),
      async (request) => {
        const [collection] = await catalog.collections(known(request.params.collection));
        if (collection === undefined) throw unknown(request.params.collection);
        return new Links(request).collection(collection);
      },
    );

    app.get<{ Params: Static<typeof CollectionParams>; Querystring: ItemsQuery }>(
      '/stac/collections/:collection/items',
      route({ params: CollectionParams, querystring: ItemsQuery }),
      async (request, reply) => {
        const id = known(request.params.collection);
        const page = await catalog.items(id, bodyOf(request.query));
        void reply.type(geojson);
        return new Links(request).page(page, `/collections/${id}/items`, request.query);
      },
    );

    app.get<{ Params: Static<typeof ItemParams> }>(
      '/stac/collections/:collection/items/:item',
      route({ params: ItemParams }),
      async (request, reply) => {
        const item = await catalog.get(known(request.params.collection), request.params.item);
        void reply.type(geojson);
        return new Links(request).item(item);
      },
    );

    app.get<{ Querystring: SearchQuery }>(
      '/stac/search',
      route({ querystring: SearchQuery }),
      async (request, reply) => {
        const page = await catalog.search(bodyOf(request.query));
        void reply.type(geojson);
        return new Links(request).page(page, '/search', request.query);
      },
    );

    app.post<{ Body: SearchBody }>('/stac/search', route({ body: SearchBody }), async (request, reply) => {
      const page = await catalog.search(request.body);
      void reply.type(geojson);
      return new Links(request).page(page, '/search', {}, request.body);
    });
    done();
  };
}

function known(id: string): CollectionId {
  if (isCollection(id)) return id;
  throw unknown(id);
}

function unknown(id: string): CairnError {
  return new CairnError('not-found', `There is no collection ${JSON.stringify(id)}.`, {
    where: id,
    action: `The collections are ${Object.keys(collections).join(', ')}.`,
  });
}
