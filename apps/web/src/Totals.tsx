import { useMemo } from 'react';
import type { Building, Buildings, PredictionSummary } from './gateway.ts';
import { confidenceSteps } from './confidence.ts';
import { formatCount, formatKm2, formatM2, formatPercent } from './format.ts';

interface Props {
  buildings: Buildings;
  summary: PredictionSummary | undefined;
  chosen: Building | undefined;
  id: string;
}

/** What the buildings add up to, how sure the model is of them, and the file to take along. */
export function Totals({ buildings, summary, chosen, id }: Props) {
  const roofs = useMemo(
    () => buildings.features.reduce((sum, { properties }) => sum + properties.area_m2, 0),
    [buildings],
  );
  const counts = useMemo(
    () =>
      confidenceSteps.map(
        ({ from, to }) =>
          buildings.features.filter(({ properties: { confidence } }) => confidence >= from && confidence < to).length,
      ),
    [buildings],
  );
  const most = Math.max(1, ...counts);
  return (
    <section>
      <h1>
        {formatCount(buildings.features.length)} buildings
        {summary === undefined ? null : <small> on {formatKm2(summary.areaKm2)}</small>}
      </h1>
      {buildings.features.length === 0 ? <p>The model found no buildings on this area.</p> : null}
      <dl className="figures">
        <div>
          <dt>Roof area</dt>
          <dd>{formatM2(roofs)}</dd>
        </div>
        {summary === undefined ? null : (
          <>
            <div>
              <dt>A km²</dt>
              <dd>{formatCount(Math.round(buildings.features.length / summary.areaKm2))}</dd>
            </div>
            <div>
              <dt>Time</dt>
              <dd>{summary.seconds.toFixed(1)} s</dd>
            </div>
          </>
        )}
      </dl>
      <h2>How sure the model is</h2>
      <ol className="histogram">
        {confidenceSteps.map(({ from, to, colour }, index) => (
          <li key={from}>
            <span className="swatch" style={{ background: colour }} aria-hidden="true" />
            <span className="range">
              {formatPercent(from)} to {formatPercent(Math.min(to, 1))}
            </span>
            <span className="rod" aria-hidden="true">
              <span style={{ inlineSize: `${(100 * (counts[index] ?? 0)) / most}%`, background: colour }} />
            </span>
            <span className="count">{formatCount(counts[index] ?? 0)}</span>
          </li>
        ))}
      </ol>
      <p className="chosen" aria-live="polite">
        {chosen === undefined
          ? 'Choose a building on the map for its figures.'
          : `This building: ${formatM2(chosen.properties.area_m2)}, ${formatPercent(chosen.properties.confidence)} sure, id ${chosen.id}.`}
      </p>
      <a
        className="button"
        href={`/predictions/${encodeURIComponent(id)}/buildings.geojson`}
        download="buildings.geojson"
      >
        Download GeoJSON
      </a>
    </section>
  );
}
