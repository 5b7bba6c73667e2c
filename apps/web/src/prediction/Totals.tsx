import { useId, useMemo } from 'react';
import type { FoundFeature } from '@cairn/contracts';
import { confidenceSteps } from '../map/confidence.ts';
import { useWords } from '../language/words.ts';
import type { PredictionInfo } from './predictions.ts';

interface Props {
  buildings: readonly FoundFeature[];
  info: PredictionInfo;
  /** How much of the area has no imagery. */
  missingKm2: number;
  chosen: FoundFeature | undefined;
  /** Least confidence that counts. */
  least: number;
  /** Where the slider stands, which is ahead of what is counted while it moves. */
  shown: number;
  onLeast: (least: number) => void;
}

/** What the buildings add up to and how sure the model is of them; the slider leaves out those it is less sure of. */
export function Totals({ buildings, info, missingKm2, chosen, least, shown, onLeast }: Props) {
  const { say, formats } = useWords();
  const slider = useId();
  const kept = useMemo(() => buildings.filter(({ properties }) => properties.confidence >= least), [buildings, least]);
  const roofs = useMemo(() => kept.reduce((sum, { properties }) => sum + properties.area_m2, 0), [kept]);
  const counts = useMemo(
    () =>
      confidenceSteps.map(
        ({ from, to }) =>
          buildings.filter(({ properties: { confidence } }) => confidence >= from && confidence < to).length,
      ),
    [buildings],
  );
  const most = Math.max(1, ...counts);
  return (
    <section>
      <h1>
        {say('totals.buildings', { count: kept.length })}{' '}
        <small>{say('totals.on', { area: formats.km2(info.areaKm2) })}</small>
      </h1>
      {info.revoked ? <p className="seal bad">{say('predictions.revoked')}</p> : null}
      {missingKm2 > 0 ? (
        <p className="seal tag-warn">{say('totals.missing', { area: formats.km2(missingKm2) })}</p>
      ) : null}
      {buildings.length === 0 ? <p>{say('totals.none')}</p> : null}
      <dl className="figures">
        <div>
          <dt>{say('totals.roofs')}</dt>
          <dd>{formats.m2(roofs)}</dd>
        </div>
        <div>
          <dt>{say('totals.density')}</dt>
          <dd>{info.areaKm2 > 0 ? formats.count(kept.length / info.areaKm2) : '–'}</dd>
        </div>
        <div>
          <dt>{say('totals.time')}</dt>
          <dd>{formats.duration(info.seconds)}</dd>
        </div>
      </dl>
      <h2>{say('totals.sure')}</h2>
      <ol className="histogram">
        {confidenceSteps.map(({ from, to, colour }, index) => (
          <li key={from} className={to <= least ? 'left-out' : undefined}>
            <span className="swatch" style={{ background: colour }} aria-hidden="true" />
            <span className="range">
              {say('totals.range', { from: formats.percent(from), to: formats.percent(Math.min(to, 1)) })}
            </span>
            <span className="rod" aria-hidden="true">
              <span style={{ inlineSize: `${(100 * (counts[index] ?? 0)) / most}%`, background: colour }} />
            </span>
            <span className="number">{formats.count(counts[index] ?? 0)}</span>
          </li>
        ))}
      </ol>
      <label className="slider" htmlFor={slider}>
        <span>{say('totals.least', { share: formats.percent(shown) })}</span>
        <input
          id={slider}
          type="range"
          min={0}
          max={0.95}
          step={0.05}
          value={shown}
          aria-valuetext={formats.percent(shown)}
          onChange={(event) => onLeast(Number(event.target.value))}
        />
      </label>
      <p className="chosen" aria-live="polite">
        {chosen === undefined
          ? say('totals.choose')
          : say('totals.chosen', {
              area: formats.m2(chosen.properties.area_m2),
              share: formats.percent(chosen.properties.confidence),
            })}
      </p>
    </section>
  );
}
