import { CairnError, errorCodes } from '@cairn/contracts';

/** Something is on its way. */
export function Waiting({ words }: { words: string }) {
  return (
    <main className="notice" role="status">
      <span className="spinner" aria-hidden="true" /> {words} …
    </main>
  );
}

/** Something went wrong: what, and what to do. */
export function Failure({ error }: { error: unknown }) {
  const known = error instanceof CairnError ? error : undefined;
  return (
    <main className="notice" role="alert">
      <h1>{known === undefined ? 'The page made a mistake' : errorCodes[known.code].title}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {known?.code === 'not-signed-in' ? (
        <p>
          Open the address that <code>cairn demo</code> or <code>cairn up</code> printed: it signs you in.
        </p>
      ) : (
        <p>{known?.more.action ?? 'Reload the page.'}</p>
      )}
    </main>
  );
}
