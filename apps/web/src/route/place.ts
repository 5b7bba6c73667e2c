/** The parts of the page of those who run an installation. */
export const operateSections = ['accounts', 'tokens', 'jobs', 'costs', 'events'] as const;
export type OperateSection = (typeof operateSections)[number];

/** A page of the application with what its address names. */
export type Place =
  | { page: 'discover' }
  | { page: 'model'; model: string }
  | { page: 'approve'; model: string }
  | { page: 'predict' }
  | { page: 'training' }
  | { page: 'train' }
  | { page: 'runs' }
  | { page: 'dataset'; dataset: string }
  | { page: 'job'; job: string }
  | { page: 'predictions' }
  | { page: 'prediction'; prediction: string }
  | { page: 'trail'; prediction: string }
  | { page: 'verify' }
  | { page: 'blueprint' }
  | { page: 'operate'; section: OperateSection }
  | { page: 'feedback' }
  | { page: 'nowhere' };

/** The pages whose address is their name. */
const wordPages = ['predict', 'predictions', 'verify', 'blueprint', 'feedback', 'training', 'train', 'runs'] as const;

/** Where the reader is: the page, and the choices that its address carries, so that a link opens the same view. */
export interface Location {
  place: Place;
  query: URLSearchParams;
}

/**
 * Reads an address's part behind `#`. Addresses stand there, since the paths of the root are those of the API, and since the
 * token of a link that `cairn` prints is then never sent by the browser.
 */
export function readLocation(hash: string): Location {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  return { place: readPlace(path), query: new URLSearchParams(query) };
}

function readPlace(path: string): Place {
  const [head = '', id, ...more] = path.split('/').filter(Boolean).map(decoded);
  if (head === 'predictions' && id !== undefined && more.join('/') === 'trail')
    return { page: 'trail', prediction: id };
  if (more.length > 0) return { page: 'nowhere' };
  if (id === undefined) {
    if (head === '') return { page: 'discover' };
    if (head === 'operate') return { page: 'operate', section: 'accounts' };
    const page = wordPages.find((one) => one === head);
    return { page: page ?? 'nowhere' };
  }
  if (head === 'models') return { page: 'model', model: id };
  if (head === 'datasets') return { page: 'dataset', dataset: id };
  if (head === 'approve') return { page: 'approve', model: id };
  if (head === 'jobs') return { page: 'job', job: id };
  if (head === 'operate') return operatePlace(id);
  return head === 'predictions' ? { page: 'prediction', prediction: id } : { page: 'nowhere' };
}

function operatePlace(name: string): Place {
  const section = operateSections.find((one) => one === name);
  return section === undefined ? { page: 'nowhere' } : { page: 'operate', section };
}

/** The address of a place. Empty choices are left out. */
export function hrefOf(place: Exclude<Place, { page: 'nowhere' }>, query: Record<string, string | undefined> = {}) {
  const given = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  const text = new URLSearchParams(given).toString();
  return `#${pathOf(place)}${text === '' ? '' : `?${text}`}`;
}

function pathOf(place: Exclude<Place, { page: 'nowhere' }>): string {
  switch (place.page) {
    case 'discover':
      return '/';
    case 'model':
      return `/models/${encodeURIComponent(place.model)}`;
    case 'dataset':
      return `/datasets/${encodeURIComponent(place.dataset)}`;
    case 'approve':
      return `/approve/${encodeURIComponent(place.model)}`;
    case 'job':
      return `/jobs/${encodeURIComponent(place.job)}`;
    case 'prediction':
      return `/predictions/${encodeURIComponent(place.prediction)}`;
    case 'trail':
      return `/predictions/${encodeURIComponent(place.prediction)}/trail`;
    case 'operate':
      return `/operate/${place.section}`;
    default:
      return `/${place.page}`;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
