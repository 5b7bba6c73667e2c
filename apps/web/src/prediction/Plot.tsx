import { useState } from 'react';
import { useWords } from '../language/words.ts';
import { binColour, binCount, binFrom } from '../map/confidence.ts';
import { areaEdges, type Sums } from './columns.ts';
import './plot.css';

interface Props {
  /** Of everything in the view. */
  inView: Sums;
  /** Of what of it is sure enough to be shown. */
  shown: Sums;
}

interface Bar {
  label: string;
  colour: string;
  inView: number;
  shown: number;
}

const height = 72;
const gap = 0.12;

/** How sure the model is of what the map shows, and how large it is: what the slider leaves out stays as a shadow. */
export function Plot({ inView, shown }: Props) {
  const { say, formats } = useWords();
  const [of, setOf] = useState<'confidence' | 'area'>('confidence');
  const bars = of === 'confidence' ? byConfidence() : byArea();
  const most = Math.max(1, ...bars.map((bar) => bar.inView));
  const title = say(`plot.${of}`);
  return (
    <section className="plot" aria-label={title}>
      <div className="choices" role="group" aria-label={say('plot.of')}>
        {(['confidence', 'area'] as const).map((one) => (
          <button key={one} className="button plain small" aria-pressed={of === one} onClick={() => setOf(one)}>
            {say(`plot.${one}`)}
          </button>
        ))}
      </div>
      <svg viewBox={`0 0 ${bars.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map(({ label, colour, inView, shown }, place) => (
          <g key={label}>
            <title>{say('plot.bar', { range: label, count: shown })}</title>
            <Rod place={place} share={inView / most} colour={colour} className="shadow" />
            <Rod place={place} share={shown / most} colour={colour} />
          </g>
        ))}
      </svg>
      <p className="plot-ends" aria-hidden="true">
        <span>{of === 'confidence' ? formats.percent(0) : formats.m2(0)}</span>
        <span className="quiet">{say('plot.most', { count: most })}</span>
        <span>{of === 'confidence' ? formats.percent(1) : `${formats.m2(areaEdges.at(-1)!)} +`}</span>
      </p>
      <table className="for-readers">
        <caption>{title}</caption>
        <tbody>
          {bars
            .filter((bar) => bar.shown > 0)
            .map(({ label, shown }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{formats.count(shown)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );

  function byConfidence(): Bar[] {
    return inView.byConfidence.map((count, bin) => ({
      label: range(formats.percent(binFrom(bin)), formats.percent((bin + 1) / binCount)),
      colour: binColour(bin),
      inView: count,
      shown: shown.byConfidence[bin]!,
    }));
  }

  function byArea(): Bar[] {
    return areaEdges.map((from, place) => {
      const to = areaEdges[place + 1];
      return {
        label: to === undefined ? `${formats.m2(from)} +` : range(formats.m2(from), formats.m2(to)),
        colour: 'var(--accent)',
        inView: inView.byArea[place]!,
        shown: shown.byArea[place]!,
      };
    });
  }

  function range(from: string, to: string): string {
    return say('totals.range', { from, to });
  }
}

function Rod({ place, share, ...look }: { place: number; share: number; colour: string; className?: string }) {
  const size = share * height;
  return (
    <rect
      className={look.className}
      x={place + gap / 2}
      width={1 - gap}
      y={height - size}
      height={size}
      fill={look.colour}
    />
  );
}
