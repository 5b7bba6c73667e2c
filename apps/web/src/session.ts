import { gateway } from './gateway.ts';

/** Where the page is: the list, or one prediction. */
export interface Place {
  prediction?: string;
}

/** Reads the place from the address, `#/predictions/ID`. */
export function readPlace(hash: string): Place {
  const match = /^#\/predictions\/([^?/]+)/.exec(hash);
  return match === null ? {} : { prediction: decodeURIComponent(match[1]!) };
}

/**
 * A link that `cairn` printed carries the owner's token behind the `#`, which browsers never send. It is exchanged for
 * a session cookie at once and taken out of the address, so that a copied address holds no secret.
 */
export async function signIn(): Promise<void> {
  const [path = '', query = ''] = window.location.hash.split('?');
  const token = new URLSearchParams(query).get('token');
  if (token === null) return;
  window.history.replaceState(null, '', path === '' ? '#/' : path);
  await gateway.post('/session', { token });
}
