import { useEffect, useState } from 'react';
import { CairnError, type EventInfo, type EventSelection } from '@cairn/contracts';
import { gateway } from '../gateway.ts';

/** After how long a line that was cut is tried again, in ms. */
const tryAgain = 2000;

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
    const follow = async (): Promise<void> => {
      let last = behind;
      for (;;) {
        try {
          for await (const event of gateway.followEvents(selection, signal, last)) {
            last = Math.max(last ?? 0, event.seq);
            setEvents((before) => (before.some(({ seq }) => seq === event.seq) ? before : [event, ...before]));
          }
        } catch (thrown) {
          if (signal.aborted) return;
          if (!(thrown instanceof CairnError && thrown.code === 'gateway-unreachable')) {
            setError(thrown);
            return;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, tryAgain));
      }
    };
    void follow();
    return () => controller.abort();
  }, [selection, behind, live]);
  return { events, error };
}
