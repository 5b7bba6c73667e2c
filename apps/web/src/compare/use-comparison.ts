import { useEffect, useState } from 'react';
import type { Asked, Compared } from './compare-worker.ts';

/** What came of a comparison; undefined while it is made, and where nothing is asked. */
export function useComparison(asked: Asked | undefined): Compared | undefined {
  const [compared, setCompared] = useState<Compared>();
  useEffect(() => {
    setCompared(undefined);
    if (asked === undefined) return;
    const worker = new Worker(new URL('./compare-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Compared>) => setCompared(data);
    worker.onerror = ({ message }) => setCompared({ fault: message });
    worker.postMessage(asked);
    return () => worker.terminate();
  }, [asked]);
  return compared;
}
