import { useWords } from '../language/words.ts';
import { confidenceSteps } from './confidence.ts';

/** What the colours of the buildings mean. */
export function Legend() {
  const { say, formats } = useWords();
  return (
    <div className="legend">
      <p>{say('totals.sure')}</p>
      <ul>
        {confidenceSteps.map(({ from, colour }) => (
          <li key={from}>
            <span className="swatch" style={{ background: colour }} aria-hidden="true" />
            {say('legend.from', { share: formats.percent(from) })}
          </li>
        ))}
      </ul>
    </div>
  );
}
