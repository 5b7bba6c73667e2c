import { useEffect, useRef } from 'react';
import { useWords } from '../language/words.ts';

/** The log of a job as it comes; it stays at its end while the reader is there. */
export function JobLog({ lines }: { lines: readonly string[] }) {
  const { say } = useWords();
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current !== null && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <pre
      ref={box}
      className="job-log"
      dir="ltr"
      lang="en"
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={say('work.log')}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        atEnd.current = scrollTop + clientHeight > scrollHeight - 40;
      }}
    >
      {lines.length === 0 ? say('work.noLog') : lines.join('\n')}
    </pre>
  );
}
