import { useEffect, useEffectEvent } from 'react';

/** What keys do, by their name: letters in lower case, others as browsers name them. */
export type Keys = Partial<Record<string, () => void>>;

/** Where the reader writes, a key is a letter. */
const writes = 'input:not([type="range"]), textarea, select, [contenteditable]';

/**
 * Lets keys act wherever the reader is on the page, while they want it; before the map and the table, which have keys of their
 * own. On a keyboard without Latin letters the place of the key counts.
 */
export function useKeys(active: boolean, keys: Keys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(writes) !== null) return;
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
    const name = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.key;
    const act = keys[name] ?? (letter === undefined || /^[a-z]$/i.test(event.key) ? undefined : keys[letter]);
    // A button that the keyboard stands on is pressed by Enter.
    if (act === undefined || (name === 'Enter' && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  useEffect(() => {
    if (!active) return;
    const listen = (event: KeyboardEvent): void => press(event);
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, [active]);
}
