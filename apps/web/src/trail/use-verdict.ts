import { useQuery } from '@tanstack/react-query';
import { gateway } from '../gateway.ts';
import { verify } from './verifier.ts';

/** How this Cairn's public key is asked for; it is the same for as long as the page stands. */
export const ownKey = { queryKey: ['key'], queryFn: () => gateway.publicKey(), staleTime: Infinity };

/** The public key of the Cairn that this page came from, PEM. */
export function useOwnKey() {
  return useQuery(ownKey);
}

/**
 * Checks a GeoJSON once, beside the page.
 * @param name what tells this content from others
 * @param content undefined for as long as it is not there
 * @param key the public key to check with, PEM; null for as long as it is not known which
 */
export function useVerdict(name: string, content: string | Blob | undefined, key: string | undefined | null) {
  return useQuery({
    queryKey: ['verdict', name, key],
    queryFn: () => verify(content!, key ?? undefined),
    enabled: content !== undefined && key !== null,
    // It needs no line.
    networkMode: 'always',
    staleTime: Infinity,
    retry: false,
  });
}
