import { useWords } from '../language/words.ts';
import type { PredictionInfo } from './predictions.ts';

interface Props {
  info: PredictionInfo;
  /** How much of the area has no imagery. */
  missingKm2: number;
  /** How many buildings there are in the whole result. */
  all: number;
  /** Of these, what is shown: in the view, and sure enough. */
  count: number;
  areaM2: number;
  /** How much of the area the view holds. */
  shownKm2: number;
}

/** What the buildings that are shown add up to. */
export function Totals({ info, missingKm2, all, count, areaM2, shownKm2 }: Props) {
  const { say, formats } = useWords();
  return (
    <section>
      <h1>
        {say('totals.buildings', { count })} <small>{say('totals.on', { area: formats.km2(shownKm2) })}</small>
      </h1>
      {info.revoked ? <p className="seal bad">{say('predictions.revoked')}</p> : null}
      {missingKm2 > 0 ? (
        <p className="seal tag-warn">{say('totals.missing', { area: formats.km2(missingKm2) })}</p>
      ) : null}
      <p className="quiet">
        {all === 0 ? say('totals.none') : say(count === all ? 'totals.all' : 'totals.ofAll', { count: all })}
      </p>
      <dl className="figures">
        <div>
          <dt>{say('totals.roofs')}</dt>
          <dd>{formats.m2(areaM2)}</dd>
        </div>
        <div>
          <dt>{say('totals.density')}</dt>
          <dd>{shownKm2 > 0 ? formats.count(count / shownKm2) : '–'}</dd>
        </div>
        <div>
          <dt>{say('totals.time')}</dt>
          <dd>{formats.duration(info.seconds)}</dd>
        </div>
      </dl>
    </section>
  );
}
