/** What was asked for, as far as a page has to know. */
interface Asked {
  data: unknown;
  error: Error | null;
  refetch: () => unknown;
}

/**
 * Why a page cannot be shown: something that it needs failed and was never there. Where only the next look at it failed, the
 * page stays, with what its reader has written on it; the bar tells that it may be old.
 */
export function failureOf(...asked: Asked[]): { error: Error; retry: () => void } | undefined {
  const failed = asked.filter(({ data, error }) => data === undefined && error !== null);
  const error = failed[0]?.error ?? undefined;
  return error && { error, retry: () => failed.forEach(({ refetch }) => void refetch()) };
}
