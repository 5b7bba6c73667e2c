import { useEffect, useRef } from 'react';

/** Keeps the entry of the page that is open in sight, in a bar that is wider than the window. `where` changes with that entry. */
export function useCurrentInView(where: string) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [where]);
  return bar;
}
