import type { Job } from './job.ts';

/** Members of a result that name a STAC item, and the collection that it is in. */
const collections = {
  model: 'models',
  version: 'versions',
  dataset: 'datasets',
  imagery: 'imagery',
  prediction: 'predictions',
} as const;

/** Links to what a successful job's result names: a STAC item, a file of this gateway, a receipt. */
export function madeLinks(
  { result }: Pick<Job, 'result'>,
  base: string,
): { href: string; rel: string; type: string }[] {
  // A package that was only checked has no receipt, and is in no catalogue.
  if (result === null || typeof result['receipt'] !== 'string') return [];
  const links = Object.entries(collections).flatMap(([member, collection]) => {
    const id = result[member];
    if (typeof id !== 'string') return [];
    // A version is named MODEL/NUMBER, and its item MODEL-NUMBER: ids of the catalogue hold no slash.
    const href = `${base}/stac/collections/${collection}/items/${encodeURIComponent(id.replace('/', '-'))}`;
    return [{ href, rel: 'item', type: 'application/geo+json' }];
  });
  const { href, receipt } = result;
  if (typeof href === 'string' && href.startsWith('/')) {
    links.push({ href: `${base}${href}`, rel: 'enclosure', type: 'application/geo+json' });
  }
  return [
    ...links,
    { href: `${base}/receipts/${encodeURIComponent(receipt)}`, rel: 'describedby', type: 'application/json' },
  ];
}
