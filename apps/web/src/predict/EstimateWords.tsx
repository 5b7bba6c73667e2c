import type { Estimate } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** What a prediction would take, and what to know before it is started. */
export function EstimateWords({ estimate }: { estimate: Estimate }) {
  const { say, formats } = useWords();
  const { stored, seconds, range, learnt, money, areaKm2, tiles, warnings } = estimate;
  return (
    <div className="estimate">
      <p className="estimate-time">
        {stored ? say('estimate.stored') : say('estimate.time', { time: formats.duration(seconds) })}
      </p>
      <p className="quiet small">
        {stored
          ? say('estimate.size', { area: formats.km2(areaKm2), tiles })
          : `${say('estimate.size', { area: formats.km2(areaKm2), tiles })} · ${say('estimate.range', {
              from: formats.duration(range.from),
              to: formats.duration(range.to),
            })}`}
        {money === undefined || stored ? '' : ` · ${formats.money(money.amount, money.currency)}`}
      </p>
      {learnt.from === 'nothing' && !stored ? <p className="quiet small">{say('estimate.guess')}</p> : null}
      {warnings.length === 0 ? null : (
        <ul className="warnings" aria-label={say('estimate.warnings')}>
          {warnings.map(({ code, words }) => (
            <li key={`${code} ${words}`}>
              <strong>{say(`warning.${code}`)}</strong>
              <details>
                <summary>{say('warning.more')}</summary>
                <span lang="en" dir="auto">
                  {words}
                </span>
              </details>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
