import { lazy, Suspense, useState } from 'react';
import { useLocation } from '../route/use-location.ts';

const FeedbackDialog = lazy(() => import('./FeedbackDialog.tsx'));

/** Opens the place to say something of the view that the reader is looking at. */
export function FeedbackButton({ words, className }: { words: string; className: string }) {
  const { place } = useLocation();
  const where = JSON.stringify(place);
  const [opened, setOpened] = useState<{ view: string; where: string }>();
  return (
    <>
      <button className={className} onClick={() => setOpened({ view: viewOf(window.location.hash), where })}>
        {words}
      </button>
      {opened?.where !== where ? null : (
        <Suspense>
          <FeedbackDialog view={opened.view} place={place} onClose={() => setOpened(undefined)} />
        </Suspense>
      )}
    </>
  );
}

/** The address of a view as it is kept; the choices of one that carries a long outline are left out. */
function viewOf(hash: string): string {
  if (hash === '') return '#/';
  return hash.length > 2000 ? (hash.split('?')[0] ?? '#/') : hash;
}
