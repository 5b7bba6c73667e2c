import { useEffect, useState } from 'react';
import type { EventInfo, EventSelection } from '@cairn/contracts';
import { followStream } from '../follow-stream.ts';
import { gateway } from '../gateway.ts';

/**
 * The events that come after one, the newest first; over cuts of the line.
 * @param behind the newest that is known; undefined: from now on
 * @param live whether they are followed
 */
export function useNewEvents(
  selection: EventSelection,
  behind: number | undefined,
  live: boolean,
): { events: readonly EventInfo[]; error: unknown } {
  const [events, setEvents] = useState<readonly EventInfo[]>([]);
  const [error, setError] = useState<unknown>();
  useEffect(() => setEvents([]), [selection, behind]);
  useEffect(() => {
    setError(undefined);
    if (!live) return;
    const controller = new AbortController();
    const { signal } = controller;
    let last = behind;
    followStream({
      open: () => gateway.followEvents(selection, signal, last),
      onEvent: (event) => {
        last = Math.max(last ?? 0, event.seq);
        setEvents((before) => (before.some(({ seq }) => seq === event.seq) ? before : [event, ...before]));
      },
      endless: true,
      signal,
    }).catch(setError);
    return () => controller.abort();
  }, [selection, behind, live]);
  return { events, error };
}
