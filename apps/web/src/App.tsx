import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useWords } from './language/words.ts';
import { DiscoverPage } from './discover/DiscoverPage.tsx';
import { hrefOf, type Place } from './route/place.ts';
import { useLocation } from './route/use-location.ts';
import { SignIn } from './session/SignIn.tsx';
import { useSession } from './session/session.ts';
import { ErrorBoundary } from './shell/ErrorBoundary.tsx';
import { Header } from './shell/Header.tsx';
import { FailurePage, WaitingPage } from './shell/Notice.tsx';
import { OfflineNotice } from './shell/OfflineNotice.tsx';
import { SkipLink } from './shell/SkipLink.tsx';
import { DropAnywhere } from './trail/DropAnywhere.tsx';

const BlueprintPage = lazy(() => import('./blueprint/BlueprintPage.tsx'));
const ModelPage = lazy(() => import('./model/ModelPage.tsx'));
const ApprovePage = lazy(() => import('./approve/ApprovePage.tsx'));
const OperatePage = lazy(() => import('./operate/OperatePage.tsx'));
const PredictPage = lazy(() => import('./predict/PredictPage.tsx'));
const AnyJobPage = lazy(() => import('./job/AnyJobPage.tsx'));
const TrainingPage = lazy(() => import('./training/TrainingPage.tsx'));
const TrainPage = lazy(() => import('./training/TrainPage.tsx'));
const RunsPage = lazy(() => import('./training/RunsPage.tsx'));
const DatasetPage = lazy(() => import('./dataset/DatasetPage.tsx'));
const PredictionList = lazy(() => import('./prediction/PredictionList.tsx'));
const FeedbackPage = lazy(() => import('./feedback/FeedbackPage.tsx'));
const TrailPage = lazy(() => import('./trail/TrailPage.tsx'));
const loadVerifyPage = () => import('./trail/VerifyPage.tsx');
const VerifyPage = lazy(loadVerifyPage);
const PredictionPage = lazy(() => import('./prediction/PredictionPage.tsx'));

/** The application: the bar, and the page that the address names; whoever has not signed in does so first. */
export function App() {
  const { say } = useWords();
  const { place, query } = useLocation();
  const session = useSession();
  const where = JSON.stringify(place);
  useEffect(() => {
    // A reader of a screen is told of the new page, and the keyboard goes on from its beginning.
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [where]);

  let page: ReactNode;
  // Whoever holds a file may check it, signed in or not.
  if (place.page === 'verify') page = <VerifyPage />;
  else if (session.isPending) page = <WaitingPage words={say('session.wait')} />;
  else if (session.isError) page = <FailurePage error={session.error} retry={() => void session.refetch()} />;
  else if (session.data === null) page = <SignIn />;
  else page = <Page place={place} query={query} />;
  return (
    <div className="page">
      <SkipLink />
      <Header place={place} session={session.data ?? null} />
      <OfflineNotice />
      <DropAnywhere load={loadVerifyPage} />
      <ErrorBoundary key={where} fallback={(error) => <FailurePage error={error} />}>
        <Suspense fallback={<WaitingPage words={say('page.wait')} />}>{page}</Suspense>
      </ErrorBoundary>
    </div>
  );
}

function Page({ place, query }: { place: Place; query: URLSearchParams }) {
  const { say } = useWords();
  switch (place.page) {
    case 'discover':
      return <DiscoverPage query={query} />;
    case 'model':
      return <ModelPage key={place.model} model={place.model} query={query} />;
    case 'approve':
      return <ApprovePage key={place.model} model={place.model} query={query} />;
    case 'predict':
      return <PredictPage query={query} />;
    case 'training':
      return <TrainingPage />;
    case 'train':
      return <TrainPage query={query} />;
    case 'runs':
      return <RunsPage query={query} />;
    case 'dataset':
      return <DatasetPage key={place.dataset} id={place.dataset} />;
    case 'job':
      return <AnyJobPage key={place.job} id={place.job} query={query} />;
    case 'predictions':
      return <PredictionList />;
    case 'prediction':
      return <PredictionPage key={place.prediction} id={place.prediction} query={query} />;
    case 'trail':
      return <TrailPage key={place.prediction} id={place.prediction} />;
    case 'verify':
      return <VerifyPage />;
    case 'blueprint':
      return <BlueprintPage query={query} />;
    case 'operate':
      return <OperatePage section={place.section} query={query} />;
    case 'feedback':
      return <FeedbackPage />;
    case 'nowhere':
      return (
        <main id="main" tabIndex={-1} className="notice">
          <h1>{say('nowhere.title')}</h1>
          <p>
            <a href={hrefOf({ page: 'discover' })}>{say('nowhere.back')}</a>
          </p>
        </main>
      );
  }
}
