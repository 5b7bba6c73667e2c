import { CairnError, errorCodes } from '@cairn/contracts';
import type { FastifyReply } from 'fastify';

/** Answers what was thrown, as problem details. */
export function answerProblem(thrown: Error & { statusCode?: number }, reply: FastifyReply): FastifyReply {
  const problem = asCairnError(thrown).problem();
  // The protocol wants "error"; the rest is our own problem details, for whoever reads them.
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send({ ...problem, error: problem.detail });
}

function asCairnError(thrown: Error & { statusCode?: number }): CairnError {
  if (thrown instanceof CairnError) return thrown;
  if (thrown.statusCode === errorCodes['too-large'].status) return new CairnError('too-large', thrown.message);
  if (thrown.statusCode !== undefined && thrown.statusCode < 500) return new CairnError('json-invalid', thrown.message);
  return new CairnError('internal', thrown.message, { cause: thrown });
}
