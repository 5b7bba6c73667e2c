import type { FastifyRequest } from 'fastify';
import type { Page } from './catalog.ts';
import type { Link, StacItem } from './item.ts';

const json = 'application/json';
const geojson = 'application/geo+json';
/** Relations that tell where something stands; the catalogue adds them itself. */
const structural = new Set(['self', 'root', 'parent', 'collection']);

/** Adds links to what the STAC API answers; absolute, under the host by which it was asked. */
export class Links {
  readonly #origin: string;

  constructor(request: Pick<FastifyRequest, 'protocol' | 'host'>) {
    this.#origin = `${request.protocol}://${request.host}`;
  }

  /** The links of the landing page. */
  root(collectionIds: readonly string[]): Link[] {
    return [
      this.#link('self', '', json),
      this.#link('root', '', json),
      this.#link('conformance', '/conformance', json),
      this.#link('data', '/collections', json),
      { ...this.#link('search', '/search', geojson), method: 'GET' },
      { ...this.#link('search', '/search', geojson), method: 'POST' },
      {
        rel: 'service-desc',
        href: `${this.#origin}/openapi.json`,
        type: 'application/vnd.oai.openapi+json;version=3.0',
      },
      ...collectionIds.map((id) => this.#link('child', `/collections/${id}`, json)),
    ];
  }

  /** The links of the list of collections. */
  collections(): Link[] {
    return [this.#link('self', '/collections', json), this.#link('root', '', json), this.#link('parent', '', json)];
  }

  /** A collection with its links. */
  collection<C extends { id: string }>(collection: C): C & { links: Link[] } {
    const path = `/collections/${collection.id}`;
    return {
      ...collection,
      links: [
        this.#link('self', path, json),
        this.#link('root', '', json),
        this.#link('parent', '', json),
        this.#link('items', `${path}/items`, geojson),
      ],
    };
  }

  /** An item with its links; addresses that start with a slash, which are this gateway's, made absolute. */
  item(item: StacItem): StacItem {
    const path = `/collections/${item.collection}`;
    const own = ((item['links'] ?? []) as Link[]).filter(({ rel }) => !structural.has(rel));
    const assets = Object.entries((item['assets'] ?? {}) as Record<string, { href: string }>);
    return {
      ...item,
      links: [
        this.#link('self', `${path}/items/${encodeURIComponent(item.id)}`, geojson),
        this.#link('root', '', json),
        this.#link('parent', path, json),
        this.#link('collection', path, json),
        ...own.map((link) => ({ ...link, href: this.#absolute(link.href) })),
      ],
      assets: Object.fromEntries(assets.map(([name, asset]) => [name, { ...asset, href: this.#absolute(asset.href) }])),
    };
  }

  /**
   * A page of items.
   * @param path the address that was asked, below `/stac`; @param query its parameters; @param body what was posted.
   */
  page({ features, next, prev }: Page, path: string, query: Record<string, unknown>, body?: object): object {
    const beside = (rel: string, token: string | undefined): Link[] => {
      if (token === undefined) return [];
      if (body !== undefined) return [{ ...this.#link(rel, path, geojson), method: 'POST', body: { ...body, token } }];
      return [{ ...this.#link(rel, `${path}?${parametersOf({ ...query, token })}`, geojson), method: 'GET' }];
    };
    return {
      type: 'FeatureCollection',
      features: features.map((item) => this.item(item)),
      links: [
        this.#link('self', path, geojson),
        this.#link('root', '', json),
        ...beside('next', next),
        ...beside('prev', prev),
      ],
      numberReturned: features.length,
    };
  }

  #link(rel: string, path: string, type: string): Link {
    return { rel, href: `${this.#origin}/stac${path}`, type };
  }

  #absolute(href: string): string {
    return href.startsWith('/') ? `${this.#origin}${href}` : href;
  }
}

function parametersOf(query: Record<string, unknown>): string {
  const entries = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(entries).toString();
}
