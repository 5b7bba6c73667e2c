import { KNOWN_WORDS, type VerifiedFact } from '@cairn/receipt';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { useSession } from '../session/session.ts';
import { factOf, reasonOf, stepWords } from './step-words.ts';
import { type Step, stepsOf, type StepState } from './steps.ts';
import type { Found } from './verifier.ts';
import './trail.css';

interface Props {
  verdict: Found;
  /** Whether what the trail names is in this Cairn, so that links lead to it. */
  isOwn: boolean;
  /** The prediction that it is the trail of, where that is known. */
  prediction?: string;
}

const marks: Record<StepState, string> = { checked: '✓', told: '–', unchecked: '–', broken: '✗' };

/** The trail as a diagram of steps: what each is, whether it was checked and holds, and what proves it. */
export function TrailSteps({ verdict, isOwn, prediction }: Props) {
  const words = useWords();
  const { say } = words;
  const session = useSession();
  const seesRuns = session.data?.roles.some((role) => role !== 'mapper') ?? false;
  const steps = stepsOf(verdict);
  const model = steps.find(({ name }) => name === 'model');
  const linkOf = (step: Step) => (isOwn && step.state !== 'broken' ? linkTo(step, model, prediction, seesRuns) : null);
  return (
    <ol className="trail-steps">
      {steps.map((step) => {
        const { name, state, facts, receipt } = step;
        const reason = name === 'approver' ? reasonOf(step) : undefined;
        const link = linkOf(step);
        return (
          <li key={name} className={`step ${state}`}>
            <span className="step-mark" aria-hidden="true">
              {marks[state]}
            </span>
            <div className="step-head">
              <h3>{say(`trail.${name}`)}</h3>
              <span className="step-state">{say(`state.${state}`)}</span>
            </div>
            <p className="step-words">
              <bdi>{stepWords(step, words) ?? say('trail.untold')}</bdi>
            </p>
            {reason === undefined ? null : (
              <blockquote>
                <bdi>{reason}</bdi>
              </blockquote>
            )}
            <p className="quiet small">{say(`about.${name}`)}</p>
            {link === null ? null : (
              <p className="small">
                <a href={link}>{say(`link.${name}`)}</a>
              </p>
            )}
            <details>
              <summary>{say('trail.proof')}</summary>
              <dl className="proof">
                {facts.map((fact) => (
                  <FactRow key={`${fact.receipt}/${fact.name}`} fact={fact} />
                ))}
              </dl>
              {receipt === undefined ? null : (
                <p className="small">
                  {say('trail.receipt')} <code dir="ltr">{receipt}</code>
                  {isOwn ? (
                    <>
                      {' '}
                      <a href={`/receipts/${receipt}`} target="_blank" rel="noreferrer">
                        {say('trail.receiptOpen')}
                      </a>
                    </>
                  ) : null}
                </p>
              )}
            </details>
          </li>
        );
      })}
    </ol>
  );
}

/** A fact with its value, whether it holds, and how it is known. The receipt's own words are English. */
function FactRow({ fact: { title, words, ok, known } }: { fact: VerifiedFact }) {
  const { say } = useWords();
  return (
    <div>
      <dt lang="en">{title}</dt>
      <dd>
        <span className={/^(sha256:|[0-9a-f]{32})/.test(words) ? 'digest' : undefined} lang="en" dir="auto">
          {words}
        </span>
        <span
          className={`known ${ok ? (known ?? '') : 'broken'}`}
          title={known === null ? undefined : KNOWN_WORDS[known]}
        >
          {known === null ? say('fact.nothing') : say(`fact.${known}`)}
        </span>
      </dd>
    </div>
  );
}

/** Where a step's thing is to be seen in this Cairn. */
function linkTo(step: Step, model: Step | undefined, prediction: string | undefined, seesRuns: boolean): string | null {
  const [id = '', version = ''] = (model === undefined ? '' : (factOf(model, 'version') ?? '')).split('/');
  switch (step.name) {
    case 'features':
      return prediction === undefined ? null : hrefOf({ page: 'prediction', prediction });
    case 'approver':
    case 'model':
      return id === '' ? null : hrefOf({ page: 'model', model: id }, { version });
    case 'run': {
      const run = factOf(step, 'mlflowRun');
      return run === undefined || !seesRuns ? null : `/mlflow/#/runs/${encodeURIComponent(run)}`;
    }
    case 'data': {
      const dataset = factOf(step, 'dataset');
      return dataset === undefined ? null : `/stac/collections/datasets/items/${encodeURIComponent(dataset)}`;
    }
    case 'code': {
      const digest = factOf(step, 'packageDigest');
      return id === '' || digest === undefined
        ? null
        : `/models/${encodeURIComponent(id)}/revisions/${encodeURIComponent(digest)}/archive`;
    }
    case 'imagery': {
      const imagery = factOf(step, 'imagery');
      return imagery === undefined ? null : hrefOf({ page: 'predict' }, { imagery });
    }
  }
}
