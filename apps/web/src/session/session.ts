import { queryOptions, useQuery } from '@tanstack/react-query';
import { CairnError, type SessionInfo } from '@cairn/contracts';
import { gateway } from '../gateway.ts';

/** The key under which the reader's session is kept. */
export const sessionKey = ['session'] as const;

/** How the reader's session is found out. */
export const sessionQuery = queryOptions({ queryKey: sessionKey, queryFn: readSession, staleTime: Infinity });

/** Who reads; null where nobody has signed in. */
export function useSession() {
  return useQuery(sessionQuery);
}

async function readSession(): Promise<SessionInfo | null> {
  try {
    return (await signInByLink()) ?? (await gateway.session());
  } catch (error) {
    if (error instanceof CairnError && error.code === 'not-signed-in') return null;
    throw error;
  }
}

/**
 * A link that `cairn` printed carries the owner's token behind the `#`, which browsers never send. It is exchanged for
 * a session cookie at once and taken out of the address, so that a copied address holds no secret. Undefined where the address
 * carries none.
 */
async function signInByLink(): Promise<SessionInfo | undefined> {
  const [path = '', query = ''] = window.location.hash.split('?', 2);
  const choices = new URLSearchParams(query);
  const token = choices.get('token');
  if (token === null) return undefined;
  choices.delete('token');
  const rest = choices.toString();
  window.history.replaceState(null, '', `${path === '' ? '#/' : path}${rest === '' ? '' : `?${rest}`}`);
  return gateway.post<SessionInfo>('/session', { token });
}
