import { type RefObject, useEffect, useState } from 'react';

/** Whether a part of the page has come into the window; once it has, it stays so. Not looked at before it is `placed`. */
export function useSeen(part: RefObject<Element | null>, placed: boolean): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watched = part.current;
    if (watched === null || !placed) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      setSeen(true);
      observer.disconnect();
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, [part, placed]);
  return seen;
}
