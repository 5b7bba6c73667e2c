import { useState } from 'react';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { type View, viewQuery } from './view.ts';

/** Copies an address that opens the same view elsewhere; where the browser lets no page copy, it is shown to be copied. */
export function CopyLink({ id, view }: { id: string; view: View }) {
  const { say } = useWords();
  const [done, setDone] = useState<'copied' | 'shown'>();
  const href = new URL(hrefOf({ page: 'prediction', prediction: id }, viewQuery(view)), window.location.href).href;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(href);
      setDone('copied');
    } catch {
      setDone('shown');
    }
  };
  return (
    <>
      <button className="button plain small" onClick={() => void copy()}>
        {say('view.link')}
      </button>
      <span role="status" className="quiet small">
        {done === 'copied' ? say('view.copied') : ''}
      </span>
      {done === 'shown' ? (
        <input
          readOnly
          dir="ltr"
          aria-label={say('view.link')}
          value={href}
          onFocus={(event) => event.target.select()}
        />
      ) : null}
    </>
  );
}
