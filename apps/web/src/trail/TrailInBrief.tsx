import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { Problem } from '../shell/Problem.tsx';
import { stepWords } from './step-words.ts';
import { stepsOf } from './steps.ts';
import { Verdict } from './Verdict.tsx';
import type { Found } from './verifier.ts';
import './trail.css';

interface Props {
  id: string;
  verdict: Found | undefined;
  /** Why nothing could be checked. */
  error: unknown;
}

/** The trail beside a result: whether it holds, its steps in a line each, and the way to the whole of it. */
export function TrailInBrief({ id, verdict, error }: Props) {
  const words = useWords();
  const { say } = words;
  return (
    <section aria-label={say('trail.label')}>
      <h2>{say('trail.title')}</h2>
      {error === null ? null : <Problem error={error} />}
      {verdict === undefined ? (
        error === null && <p role="status">{say('trail.wait')}</p>
      ) : (
        <>
          <Verdict verdict={verdict} />
          <ol className="trail-steps brief">
            {stepsOf(verdict).map((step) => (
              <li key={step.name} className={`step ${step.state}`}>
                <span className="step-mark" aria-hidden="true" />
                <h3>{say(`trail.${step.name}`)}</h3>
                <p className="step-words">
                  <bdi>{stepWords(step, words) ?? say('trail.untold')}</bdi>
                </p>
              </li>
            ))}
          </ol>
        </>
      )}
      <a className="button plain" href={hrefOf({ page: 'trail', prediction: id })}>
        {say('trail.open')}
      </a>
    </section>
  );
}
