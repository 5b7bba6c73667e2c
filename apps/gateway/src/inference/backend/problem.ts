import { CairnError, isErrorCode, type Problem } from '@cairn/contracts';

/** The error that a model server told of. */
export function problemOf(problem: Partial<Problem> | undefined): CairnError {
  const { code = '', detail = 'It told no reason.', action, where } = problem ?? {};
  if (!isErrorCode(code) || code === 'internal') return unavailable(detail);
  const more = { ...(action === undefined ? {} : { action }), ...(where === undefined ? {} : { where }) };
  return new CairnError(code, detail, more);
}

/** A model server that cannot be used. */
export function unavailable(words: string, cause?: unknown): CairnError {
  return new CairnError('serving-unavailable', `The model server does not answer: ${words}`, {
    action: 'Try again; if it stays so, look at the log of the model server ("cairn status" tells where it lies).',
    ...(cause === undefined ? {} : { cause }),
  });
}
