import type { UsageRow } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Props {
  rows: readonly UsageRow[];
  nameOf: (row: UsageRow) => string;
}

/** The time that jobs took, a bar a row; the table below tells the same in figures. */
export function CostPlot({ rows, nameOf }: Props) {
  const { say, formats } = useWords();
  const most = Math.max(1e-9, ...rows.map(({ wallSeconds }) => wallSeconds));
  return (
    <div className="cost-plot" role="img" aria-label={say('costs.plot')}>
      {rows.map((one) => (
        <div key={one.key} className="cost-row">
          <bdi className="cost-name">{nameOf(one)}</bdi>
          <span className="cost-bar">
            <span style={{ inlineSize: `${(100 * one.wallSeconds) / most}%` }} />
          </span>
          <span className="quiet">{formats.duration(one.wallSeconds)}</span>
        </div>
      ))}
    </div>
  );
}
