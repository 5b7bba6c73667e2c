import { useSyncExternalStore } from 'react';
import { useWords } from '../language/words.ts';

/** Says that the line is cut, for as long as it is. */
export function OfflineNotice() {
  const { say } = useWords();
  const online = useOnline();
  return (
    <div role="status" className={online ? 'offline gone' : 'offline'}>
      {online ? null : say('offline.notice')}
    </div>
  );
}

/** Whether the browser has a line at all. */
export function useOnline(): boolean {
  return useSyncExternalStore(follow, () => navigator.onLine);
}

function follow(tell: () => void): () => void {
  window.addEventListener('online', tell);
  window.addEventListener('offline', tell);
  return () => {
    window.removeEventListener('online', tell);
    window.removeEventListener('offline', tell);
  };
}
