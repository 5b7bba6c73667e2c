import { useInfiniteQuery } from '@tanstack/react-query';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { failureOf } from '../shell/failure.ts';
import { Empty, FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { feedbackKey, ratings } from './ratings.ts';
import './feedback.css';

/** How many are told at once. */
const pageSize = 100;

/** What people said, for administrators: of which view, of which result, and how it adds up. */
export default function FeedbackPage() {
  const { say, formats } = useWords();
  useTitle(say('feedback.list'));
  const said = useInfiniteQuery({
    queryKey: feedbackKey,
    queryFn: ({ pageParam }) => gateway.feedback(pageSize, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.id),
    staleTime: 0,
  });
  const failure = failureOf(said);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (said.data === undefined) return <WaitingPage words={say('page.wait')} />;
  const all = said.data.pages.flat();
  if (all.length === 0) {
    return (
      <main id="main" tabIndex={-1} className="list">
        <h1>{say('feedback.list')}</h1>
        <Empty title={say('feedback.none')} />
      </main>
    );
  }
  const counts = ratings.map((rating) => all.filter((one) => one.rating === rating).length);
  return (
    <main id="main" tabIndex={-1} className="list">
      <h1>{say('feedback.list')}</h1>
      <table className="rating-counts">
        <caption>{say('feedback.counts', { count: all.length })}</caption>
        <thead>
          <tr>
            {ratings.map((rating) => (
              <th key={rating} scope="col">
                {say(`rating.${rating}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {ratings.map((rating, index) => (
              <td key={rating}>{formats.count(counts[index] ?? 0)}</td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="choices">
        <a className="button plain small" href="/feedback.csv?limit=10000" download="feedback.csv">
          {say('feedback.csv')}
        </a>
        <a className="button plain small" href="/feedback?limit=10000" download="feedback.json">
          {say('feedback.json')}
        </a>
      </p>
      <ul className="rows said">
        {all.map(({ id, at, actor, rating, words, view, receipt }) => (
          <li key={id}>
            <strong>{say(`rating.${rating as (typeof ratings)[number]}`)}</strong>
            {words === '' ? null : <p dir="auto">{words}</p>}
            <span className="quiet small">{say('feedback.by', { name: actor, at: formats.moment(at) })}</span>
            <span className="said-links small">
              <a href={view}>{say('feedback.view')}</a>
              {receipt === null ? null : (
                <a href={`/receipts/${receipt}`} target="_blank" rel="noreferrer">
                  {say('feedback.receipt')}
                </a>
              )}
            </span>
          </li>
        ))}
      </ul>
      {said.hasNextPage ? (
        <button className="button plain" onClick={() => void said.fetchNextPage()} disabled={said.isFetchingNextPage}>
          {say('feedback.older')}
        </button>
      ) : null}
    </main>
  );
}
