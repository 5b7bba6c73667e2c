import type { KeyboardEvent, PointerEvent } from 'react';
import { useWords } from '../language/words.ts';
import './swipe.css';

/** The line between the bare image and the buildings: dragged, or moved by the arrow keys. */
export function SwipeHandle({ share, onShare }: { share: number; onShare: (share: number) => void }) {
  const { say, formats } = useWords();
  const set = (to: number): void => onShare(Math.max(0, Math.min(1, to)));
  return (
    <div className="swipe" style={{ left: `${100 * share}%` }}>
      <button
        role="slider"
        aria-label={say('swipe.handle')}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        aria-valuetext={formats.percent(share)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={onKey}
      >
        <span aria-hidden="true">⇔</span>
      </button>
    </div>
  );

  function drag(event: PointerEvent<HTMLButtonElement>): void {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { left, width } = event.currentTarget.closest('.map')!.getBoundingClientRect();
    set((event.clientX - left) / width);
  }

  function onKey(event: KeyboardEvent): void {
    const steps = { ArrowRight: 0.02, ArrowUp: 0.02, ArrowLeft: -0.02, ArrowDown: -0.02, PageUp: 0.1, PageDown: -0.1 };
    const step = steps[event.key as keyof typeof steps] as number | undefined;
    if (event.key === 'Home') set(0);
    else if (event.key === 'End') set(1);
    else if (step !== undefined) set(share + step);
    else return;
    event.preventDefault();
  }
}
