import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Failure, Waiting } from './Notice.tsx';
import { PredictionList } from './PredictionList.tsx';
import { PredictionPage } from './PredictionPage.tsx';
import { readPlace, signIn } from './session.ts';

/** The whole page: signs in, then shows the list or one prediction. */
export function App() {
  const [place, setPlace] = useState(() => readPlace(window.location.hash));
  const session = useQuery({ queryKey: ['session'], queryFn: async () => (await signIn(), true), staleTime: Infinity });
  useEffect(() => {
    const follow = () => setPlace(readPlace(window.location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return (
    <div className="page">
      <header className="bar">
        <a className="brand" href="#/">
          <img src="/favicon.svg" alt="" width="22" height="22" /> Cairn
        </a>
        <span className="tagline">Buildings, and where every answer came from</span>
      </header>
      {session.isPending ? (
        <Waiting words="Signing in" />
      ) : session.isError ? (
        <Failure error={session.error} />
      ) : place.prediction === undefined ? (
        <PredictionList />
      ) : (
        <PredictionPage key={place.prediction} id={place.prediction} />
      )}
    </div>
  );
}
