import { CairnClient } from '@cairn/contracts';

/** The typed client, on the gateway that served this page; the session cookie speaks for the reader. */
export const gateway = new CairnClient({ address: '' });

/** West, south, east, north in EPSG:4326. */
export type Bbox = [number, number, number, number];

/** The most items that a page of the catalogue holds. */
const fullestPage = 1000;

/** Every item of a collection of the catalogue, as its pages tell them. */
export async function itemsOf<Item>(collection: 'versions' | 'imagery' | 'datasets'): Promise<Item[]> {
  interface Page {
    features: Item[];
    links: { rel: string; href: string }[];
  }
  const items: Item[] = [];
  let path: string | undefined = `/stac/collections/${collection}/items?limit=${fullestPage}`;
  while (path !== undefined) {
    const { features, links }: Page = await gateway.get<Page>(path);
    items.push(...features);
    const next = links.find(({ rel }) => rel === 'next');
    path = next === undefined ? undefined : ownPath(next.href);
  }
  return items;
}

/** An address of this gateway without its host, by which a page behind another name would not reach it. */
export function ownPath(href: string): string {
  const { pathname, search } = new URL(href, window.location.origin);
  return `${pathname}${search}`;
}
