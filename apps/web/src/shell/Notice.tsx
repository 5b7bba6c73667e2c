import type { ReactNode } from 'react';
import { Problem } from './Problem.tsx';

/** Something is on its way. */
export function Waiting({ words }: { words: string }) {
  return (
    <p className="waiting" role="status">
      <span className="spinner" aria-hidden="true" /> {words}
    </p>
  );
}

/** A page that waits for its content. */
export function WaitingPage({ words }: { words: string }) {
  return (
    <main id="main" tabIndex={-1} className="notice">
      <Waiting words={words} />
    </main>
  );
}

/** A page that cannot be shown: what went wrong, and what to do. */
export function FailurePage({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <main id="main" tabIndex={-1} className="notice">
      <Problem error={error} retry={retry} />
    </main>
  );
}

/** There is nothing here yet, and what can be done about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
