import { useId } from 'react';
import { useWords } from '../language/words.ts';
import { binCount, binFrom, binOf } from '../map/confidence.ts';

/** Leaves out the buildings that the model is less sure of; it moves from bin to bin. */
export function ConfidenceSlider({ least, onLeast }: { least: number; onLeast: (least: number) => void }) {
  const { say, formats } = useWords();
  const id = useId();
  return (
    <label className="slider" htmlFor={id}>
      <span>{say('totals.least', { share: formats.percent(least) })}</span>
      <input
        id={id}
        type="range"
        min={0}
        max={binCount - 1}
        step={1}
        value={binOf(least)}
        aria-valuetext={formats.percent(least)}
        onChange={(event) => onLeast(binFrom(Number(event.target.value)))}
      />
    </label>
  );
}
