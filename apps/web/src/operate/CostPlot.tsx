import type { UsageRow } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Props {
  rows: readonly UsageRow[];
  nameOf: (row: UsageRow) => string;
}

/** Lengths of the drawing, in its own units. */
const row = { height: 26, bar: 14, name: 200, width: 700, value: 90 };

/** The time that jobs took, a bar a row; the table below tells the same in figures. */
export function CostPlot({ rows, nameOf }: Props) {
  const { say, formats } = useWords();
  const most = Math.max(1e-9, ...rows.map(({ wallSeconds }) => wallSeconds));
  const room = row.width - row.name - row.value;
  return (
    <svg
      className="cost-plot"
      viewBox={`0 0 ${row.width} ${rows.length * row.height}`}
      role="img"
      aria-label={say('costs.plot')}
    >
      {rows.map((one, index) => {
        const length = Math.max(2, (room * one.wallSeconds) / most);
        const middle = (index + 0.5) * row.height;
        return (
          <g key={one.key}>
            <text x={row.name - 10} y={middle} textAnchor="end">
              {shortened(nameOf(one))}
            </text>
            <rect x={row.name} y={middle - row.bar / 2} width={length} height={row.bar} rx="3" />
            <text x={row.name + length + 8} y={middle} className="cost-value">
              {formats.duration(one.wallSeconds)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
