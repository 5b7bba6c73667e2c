import { notifyManager, type Query, useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';

/** Whether something on the page was there and could not be fetched again, so that it may be old; and what asks for it once more. */
export function useOutdated(): { outdated: boolean; retry: () => void } {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const follow = useCallback((tell: () => void) => cache.subscribe(notifyManager.batchCalls(tell)), [cache]);
  const outdated = useSyncExternalStore(follow, () => cache.getAll().some(isOutdated));
  return { outdated, retry: () => void queries.refetchQueries({ predicate: isOutdated }) };
}

function isOutdated(query: Query): boolean {
  return query.isActive() && query.state.status === 'error' && query.state.data !== undefined;
}
