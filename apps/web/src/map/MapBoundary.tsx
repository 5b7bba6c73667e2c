import type { ReactNode } from 'react';
import { useWords } from '../language/words.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';

/** Where there is no map, as in a browser without WebGL, the rest of the page goes on. */
export function MapBoundary({ children }: { children: ReactNode }) {
  const { say } = useWords();
  return (
    <ErrorBoundary
      fallback={(error) => (
        <p className="map-missing" role="alert">
          {say('map.missing', { reason: error instanceof Error ? error.message : String(error) })}
        </p>
      )}
    >
      {children}
    </ErrorBoundary>
  );
}
