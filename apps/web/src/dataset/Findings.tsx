import type { DatasetWarning } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** What was found in a dataset that does not stand in the way, with the first places of each. */
export function Findings({ warnings }: { warnings: readonly DatasetWarning[] }) {
  const { say } = useWords();
  if (warnings.length === 0) return <p>{say('dataset.noProblems')}</p>;
  return (
    <ul className="findings">
      {warnings.map(({ kind, words, count, where }) => (
        <li key={kind}>
          <p>
            <strong lang="en" dir="auto">
              {words}
            </strong>{' '}
            <span className="quiet small">{say('dataset.times', { count })}</span>
          </p>
          <details>
            <summary>{say('dataset.where')}</summary>
            <ul lang="en" dir="ltr">
              {where.map((place) => (
                <li key={place}>
                  <code>{place}</code>
                </li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  );
}
