import type { Evidence } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { inOrder, isBetterHigher, isShare, metricName } from './metrics.ts';

interface Props {
  caption: string;
  /** The version that is decided on: MODEL/NUMBER. */
  version: string;
  figures: Evidence['figures'];
}

/** A version's figures beside those of the versions in production, on the same data. */
export function FigureTable({ caption, version, figures }: Props) {
  const { say, formats } = useWords();
  const told = (name: string, value: number): string => (isShare(name) ? formats.share(value) : formats.figure(value));
  const others = [...new Set(figures.flatMap(({ beside }) => Object.keys(beside)))].sort();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table className="figure-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{say('evidence.figure')}</th>
            <th scope="col" className="number">
              <bdi>{version}</bdi>
            </th>
            {others.map((other) => (
              <th key={other} scope="col" className="number">
                <bdi>{other}</bdi>
              </th>
            ))}
            {others.length === 1 ? (
              <th scope="col" className="number">
                {say('evidence.difference')}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {inOrder(figures).map(({ name, value, beside }) => {
            const known = metricName(name);
            const [other] = others;
            const before = other === undefined ? undefined : beside[other];
            return (
              <tr key={name}>
                <th scope="row">{known === undefined ? <code dir="ltr">{name}</code> : say(known)}</th>
                <td className="number">{told(name, value)}</td>
                {others.map((one) => (
                  <td key={one} className="number">
                    {beside[one] === undefined ? say('evidence.missing') : told(name, beside[one])}
                  </td>
                ))}
                {others.length === 1 ? (
                  <td className="number">
                    {before === undefined ? null : <Difference name={name} by={value - before} />}
                  </td>
                ) : null}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** By how much a figure is another; better and worse are told in words too, since not everybody sees colours. */
function Difference({ name, by }: { name: string; by: number }) {
  const { say, formats } = useWords();
  const higher = isBetterHigher(name);
  if (higher === undefined) return null;
  if (Math.abs(by) < 0.0005) return <span>{formats.shareMore(0)}</span>;
  const better = by > 0 === higher;
  return (
    <span className={better ? 'better' : 'worse'}>
      {say(better ? 'evidence.better' : 'evidence.worse', { by: formats.shareMore(by) })}
    </span>
  );
}
