import { CairnError, errorCodes } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Props {
  error: unknown;
  /** Something to try, beside what the problem itself advises. */
  retry?: (() => void) | undefined;
}

/** Something went wrong: what, where, and what to do. The gateway tells it in English; its own words stay as they are. */
export function Problem({ error, retry }: Props) {
  const { say } = useWords();
  const known = error instanceof CairnError ? error : undefined;
  const unreachable = known?.code === 'gateway-unreachable';
  return (
    <div className="problem" role="alert">
      <p className="problem-title">
        {unreachable ? say('problem.unreachable') : (titleOf(known) ?? say('problem.own'))}
      </p>
      <p lang="en" dir="auto">
        {error instanceof Error ? error.message : String(error)}
      </p>
      {known?.more.where === undefined ? null : (
        <p className="quiet">
          {say('problem.where')} <code dir="ltr">{known.more.where}</code>
        </p>
      )}
      <p>
        <strong>{say('problem.do')}</strong>{' '}
        {unreachable ? (
          say('problem.unreachableDo')
        ) : (
          <span lang="en">{known?.more.action ?? say('problem.ownDo')}</span>
        )}
      </p>
      {retry === undefined ? null : (
        <button className="button plain small" onClick={retry}>
          {say('problem.retry')}
        </button>
      )}
    </div>
  );
}

function titleOf(error: CairnError | undefined): string | undefined {
  return error === undefined ? undefined : errorCodes[error.code].title;
}
