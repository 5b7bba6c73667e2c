import { useWords } from '../language/words.ts';

/** The lines of the pictures, as the gateway draws them: by form as by colour. */
const lines = [
  { kind: 'hit', colour: '#3ddc84', width: 4 },
  { kind: 'miss', colour: '#5cb3ff', width: 4, dash: '12 7' },
  { kind: 'invention', colour: '#ff6b57', width: 4, dash: '2 7' },
  { kind: 'beside', colour: '#ffffff', width: 1.5 },
] as const;

/** What the lines in the pictures mean. */
export function ExampleLegend() {
  const { say } = useWords();
  return (
    <ul className="example-legend small" aria-label={say('example.legend')}>
      {lines.map((line) => (
        <li key={line.kind}>
          <svg viewBox="0 0 48 18" width="48" height="18" aria-hidden="true">
            <rect width="48" height="18" rx="3" fill="#4a5450" />
            <g fill="none" strokeLinecap="round">
              <path d="M6 9H42" stroke="#000" strokeOpacity="0.75" strokeWidth={line.width + 3} />
              <path
                d="M6 9H42"
                stroke={line.colour}
                strokeWidth={line.width}
                strokeDasharray={'dash' in line ? line.dash : undefined}
              />
            </g>
          </svg>
          {say(`example.${line.kind}`)}
        </li>
      ))}
    </ul>
  );
}
