import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useMemo, useState } from 'react';
import type { EventInfo, EventSelection } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { FilterField } from './FilterField.tsx';
import { Further } from './Further.tsx';
import { useNewEvents } from './use-new-events.ts';

const perPage = 50;

/** Everything that changed, the newest first, page by page; what happens meanwhile appears on top. */
export function Events({ query }: { query: URLSearchParams }) {
  const { say } = useWords();
  const box = useId();
  const [live, setLive] = useState(true);
  const text = query.toString();
  const selection = useMemo(() => selectionOf(new URLSearchParams(text)), [text]);
  const pages = useInfiniteQuery({
    queryKey: ['events', text],
    queryFn: ({ pageParam }) =>
      gateway.events({ ...selection, limit: perPage, ...(pageParam === 0 ? {} : { before: pageParam }) }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    staleTime: Infinity,
    gcTime: 0,
  });
  const newest = pages.data?.pages[0];
  const { events: news, error } = useNewEvents(selection, newest?.events[0]?.seq, live && pages.isSuccess);
  const known = pages.data?.pages.flatMap(({ events }) => events) ?? [];
  const places = new Set(known.map(({ seq }) => seq));
  const events = [...news.filter(({ seq }) => !places.has(seq)), ...known];
  return (
    <>
      <div className="operate-filters" role="search" aria-label={say('events.filter')}>
        <FilterField name="subject" words={say('events.subject')} value={query.get('subject') ?? ''} />
        <FilterField name="kind" words={say('events.kind')} value={query.get('kind') ?? ''} />
        <FilterField name="account" words={say('jobs.account')} value={query.get('account') ?? ''} />
        <FilterField type="date" name="from" words={say('events.from')} value={query.get('from') ?? ''} />
        <FilterField type="date" name="to" words={say('events.to')} value={query.get('to') ?? ''} />
        <label className="follow" htmlFor={box}>
          <input id={box} type="checkbox" checked={live} onChange={(event) => setLive(event.target.checked)} />
          {say('events.live')}
        </label>
      </div>
      {pages.isPending ? <Waiting words={say('page.wait')} /> : null}
      {pages.isError ? <Problem error={pages.error} retry={() => void pages.refetch()} /> : null}
      {error === undefined ? null : <Problem error={error} />}
      {pages.isSuccess && events.length === 0 ? <Empty title={say('events.none')} /> : null}
      {events.length === 0 ? null : (
        <ol className="rows events" aria-label={say('operate.events')}>
          {events.map((event) => (
            <li key={event.seq}>
              <EventRow event={event} />
            </li>
          ))}
        </ol>
      )}
      <Further pages={pages} />
    </>
  );
}

function EventRow({ event: { at, account, kind, subject, data } }: { event: EventInfo }) {
  const { say, formats } = useWords();
  return (
    <>
      <p>
        <strong lang="en">{kind}</strong> <code dir="ltr">{subject}</code>
      </p>
      <p className="quiet small">{say('jobs.by', { name: account, at: formats.instant(at) })}</p>
      {Object.keys(data).length === 0 ? null : (
        <details>
          <summary>{say('events.data')}</summary>
          <pre dir="ltr" tabIndex={0}>
            {JSON.stringify(data, null, 2)}
          </pre>
        </details>
      )}
    </>
  );
}

/** Days are those of the reader's clock; the last one is within. */
function selectionOf(query: URLSearchParams): EventSelection {
  const selection: EventSelection = {};
  for (const name of ['subject', 'kind', 'account'] as const) {
    const value = query.get(name);
    if (value !== null) selection[name] = value;
  }
  const [from, to] = ['from', 'to'].map((name) => dayOf(query.get(name)));
  if (from !== undefined) selection.from = from.toISOString();
  if (to !== undefined) selection.to = new Date(to.setDate(to.getDate() + 1)).toISOString();
  return selection;
}

function dayOf(text: string | null): Date | undefined {
  const day = new Date(`${text ?? ''}T00:00:00`);
  return Number.isNaN(day.getTime()) ? undefined : day;
}
