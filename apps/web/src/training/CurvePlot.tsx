import { useWords } from '../language/words.ts';
import { type Point, rangeOf, someOf, ticksOf } from './plot.ts';

/** A curve of a plot with what it is called. */
export interface Series {
  label: string;
  points: readonly Point[];
}

const size = { width: 480, height: 220, start: 52, end: 12, top: 12, bottom: 30 } as const;
/** The most rows of the table beside a plot. */
const mostRows = 12;

/** Curves over the steps of a run, drawn as plain SVG; the same figures stand in a table. */
export function CurvePlot({ name, series }: { name: string; series: readonly Series[] }) {
  const { say, formats } = useWords();
  const points = series.flatMap((one) => one.points);
  const [steps, values] = [rangeOf(points.map(({ step }) => step)), rangeOf(points.map(({ value }) => value))];
  const x = (step: number): number =>
    size.start + ((step - steps[0]) / (steps[1] - steps[0])) * (size.width - size.start - size.end);
  const y = (value: number): number =>
    size.height -
    size.bottom -
    ((value - values[0]) / (values[1] - values[0])) * (size.height - size.top - size.bottom);
  const told = series.map(({ label, points: [...own] }) =>
    say('curve.told', {
      label,
      first: formats.figure(own[0]?.value ?? 0),
      last: formats.figure(own.at(-1)?.value ?? 0),
    }),
  );
  return (
    <figure className="curve-plot">
      <figcaption>
        <code dir="ltr">{name}</code>
      </figcaption>
      {series.length < 2 ? null : (
        <ul className="curve-legend">
          {series.map(({ label }, index) => (
            <li key={label}>
              <svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
                <path className={`curve curve-${index % 4}`} d="M0 4H24" />
              </svg>{' '}
              <bdi>{label}</bdi>
            </li>
          ))}
        </ul>
      )}
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={`${name}: ${told.join('; ')}`}>
        {ticksOf(values, 4).map((tick) => (
          <g key={tick}>
            <path className="grid" d={`M${size.start} ${y(tick)}H${size.width - size.end}`} />
            <text x={size.start - 8} y={y(tick) + 4} textAnchor="end">
              {formats.figure(tick)}
            </text>
          </g>
        ))}
        {ticksOf(steps, 5).map((tick) => (
          <text key={tick} x={x(tick)} y={size.height - 8} textAnchor="middle">
            {formats.figure(tick)}
          </text>
        ))}
        {series.map(({ label, points: own }, index) => (
          <path
            key={label}
            className={`curve curve-${index % 4}`}
            d={own.map(({ step, value }, at) => `${at === 0 ? 'M' : 'L'}${x(step)} ${y(value)}`).join('')}
          />
        ))}
      </svg>
      <details>
        <summary>{say('curve.table', { name })}</summary>
        {series.map(({ label, points: own }) => (
          <table key={label} className="figure-table">
            <caption>
              <bdi>{label}</bdi>
            </caption>
            <thead>
              <tr>
                <th scope="col">{say('curve.step')}</th>
                <th scope="col" className="number">
                  {say('curve.value')}
                </th>
              </tr>
            </thead>
            <tbody>
              {someOf(own, mostRows).map(({ step, value }) => (
                <tr key={step}>
                  <th scope="row">{formats.count(step)}</th>
                  <td className="number">{formats.figure(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </details>
    </figure>
  );
}
