import { useWords } from '../language/words.ts';
import { failuresByFamily } from './steps.ts';
import type { Found } from './verifier.ts';

/** How many failures of a kind are told before the rest is counted. */
const shown = 5;

/** Whether a file is what was signed; where it is not, what is broken and where, in plain words. */
export function Verdict({ verdict }: { verdict: Found }) {
  const { say } = useWords();
  const { ok, checks } = verdict;
  const broken = failuresByFamily(verdict);
  const isKeyless = broken.length === 1 && broken[0]?.[0] === 'key';
  return (
    <>
      <p className={ok ? 'seal good' : isKeyless ? 'seal tag-warn' : 'seal bad'} role="status">
        {ok
          ? say('trail.holds', { count: checks.length })
          : isKeyless
            ? say('trail.unproven')
            : say('trail.fails', { failed: broken.reduce((sum, [, { length }]) => sum + length, 0) })}
      </p>
      {broken.map(([family, failed]) => (
        <div className="failure" key={family}>
          <p>
            <strong>{say(`broken.${family}`)}</strong>
          </p>
          <ul lang="en" dir="auto">
            {failed.slice(0, shown).map(({ name, words }) => (
              <li key={name}>{words}</li>
            ))}
          </ul>
          {failed.length > shown ? <p>{say('trail.others', { count: failed.length - shown })}</p> : null}
        </div>
      ))}
    </>
  );
}
