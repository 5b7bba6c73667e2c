import type { IncomingHttpHeaders } from 'node:http';

/** How long an answer holds, and by what its server knows it again (RFC 9110, RFC 9111). */
export interface Validity {
  etag: string | null;
  lastModified: string | null;
  /** Until then it need not be asked for again. */
  freshUntil: Date | null;
}

/** However long a server says that its tiles hold: after so many milliseconds they are asked for again. */
const mostFresh = 30 * 24 * 3600 * 1000;

/** The validity of an answer; null where it is not to be kept, or could not be known again. */
export function validityOf(headers: IncomingHttpHeaders, now = Date.now()): Validity | null {
  const directives = (headers['cache-control'] ?? '').toLowerCase().split(/\s*,\s*/);
  if (directives.includes('no-store')) return null;
  const { etag = null, 'last-modified': lastModified = null } = headers;
  const until = directives.includes('no-cache') ? now : now + Math.min(mostFresh, freshFor(headers, directives, now));
  if (etag === null && lastModified === null && until <= now) return null;
  return { etag, lastModified, freshUntil: until > now ? new Date(until) : null };
}

/** What asks for something only where it is no longer what is known. */
export function conditions({ etag, lastModified }: Pick<Validity, 'etag' | 'lastModified'>): Record<string, string> {
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  };
}

function freshFor({ age = '0', expires = '' }: IncomingHttpHeaders, directives: string[], now: number): number {
  const maxAge = directives.flatMap((one) => /^max-age="?(\d{1,10})"?$/.exec(one)?.[1] ?? [])[0];
  const lifetime = maxAge === undefined ? Date.parse(expires) - now : Number(maxAge) * 1000;
  const old = /^\d{1,10}$/.test(age) ? Number(age) * 1000 : 0;
  return Number.isFinite(lifetime) ? Math.max(0, lifetime - old) : 0;
}
