import { useMemo, useSyncExternalStore } from 'react';
import { type Location, readLocation } from './place.ts';

/** Where the reader is; follows the address. */
export function useLocation(): Location {
  const hash = useSyncExternalStore(follow, () => window.location.hash);
  return useMemo(() => readLocation(hash), [hash]);
}

/** Goes to an address that `hrefOf` made; `replace` leaves no way back to the present one. */
export function go(href: string, { replace = false } = {}): void {
  if (replace) window.location.replace(href);
  else window.location.assign(href);
}

/** Changes choices of the present page's address, without a step back for each of them. */
export function setQuery(change: Record<string, string | undefined>): void {
  const [path = '#/', query = ''] = window.location.hash.split('?', 2);
  const choices = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') choices.delete(name);
    else choices.set(name, value);
  }
  const text = choices.toString();
  window.history.replaceState(null, '', `${path === '' ? '#/' : path}${text === '' ? '' : `?${text}`}`);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function follow(tell: () => void): () => void {
  window.addEventListener('hashchange', tell);
  return () => window.removeEventListener('hashchange', tell);
}
