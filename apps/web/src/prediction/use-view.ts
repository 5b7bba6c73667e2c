import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { readLocation } from '../route/place.ts';
import { setQuery } from '../route/use-location.ts';
import { readView, type View, viewQuery } from './view.ts';

/** How long the reader has to rest before the address follows, in ms: browsers refuse an address that changes all the time. */
const rest = 300;

/**
 * How the result is looked at, and what changes it. What the reader changes stands in the address soon after; an address that
 * they change themselves is followed at once, and `onFollow` is told, for what moves by itself.
 */
export function useView(
  query: URLSearchParams,
  onFollow: (view: View) => void,
): readonly [View, (part: Partial<View>) => void] {
  const [view, setView] = useState(() => readView(query));
  const latest = useRef(view);
  const written = useRef(textOf(view));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = textOf(readView(query));
  const follow = useEffectEvent(() => {
    if (told === written.current) return;
    clearTimeout(timer.current);
    written.current = told;
    latest.current = readView(query);
    setView(latest.current);
    onFollow(latest.current);
  });
  useEffect(() => follow(), [told]);
  // The address is another page's by then.
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = useCallback((part: Partial<View>) => {
    latest.current = { ...latest.current, ...part };
    setView(latest.current);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      // An address that the reader changed meanwhile stands; the page follows it as soon as it hears of it.
      if (textOf(readView(readLocation(window.location.hash).query)) !== written.current) return;
      written.current = textOf(latest.current);
      setQuery(viewQuery(latest.current));
    }, rest);
  }, []);
  return [view, change];
}

function textOf(view: View): string {
  return JSON.stringify(viewQuery(view));
}
