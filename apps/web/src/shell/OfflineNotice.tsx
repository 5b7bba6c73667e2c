import { useSyncExternalStore } from 'react';
import { useWords } from '../language/words.ts';
import { useOutdated } from './use-outdated.ts';

/** Says that the line is cut, for as long as it is; else that something shown could not be fetched again. */
export function OfflineNotice() {
  const { say } = useWords();
  const online = useOnline();
  const { outdated, retry } = useOutdated();
  return (
    <div role="status" className={online && !outdated ? 'offline gone' : 'offline'}>
      {!online ? say('offline.notice') : null}
      {online && outdated ? (
        <>
          {say('outdated.notice')}{' '}
          <button className="link" onClick={retry}>
            {say('problem.retry')}
          </button>
        </>
      ) : null}
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
