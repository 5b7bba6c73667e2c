import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CairnError, type ErrorCode, type Problem } from '@cairn/contracts';
import { DatabaseError } from './db/database-error.ts';

/**
 * Turns whatever was thrown into the error of the table that tells a caller what to do. The table itself is
 * `errorCodes` of the contracts, since the client and the command line read it too.
 */
export function toCairnError(thrown: unknown): CairnError {
  if (thrown instanceof CairnError) return thrown;
  if (isSystemError(thrown)) {
    if (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT') {
      return new CairnError('disk-full', 'There is no space left for what was to be written; nothing was kept of it.', {
        action: 'Free some space on the disk of the state folder and try again.',
        cause: thrown,
      });
    }
  }
  // Class 22 of PostgreSQL: a value that came with the request and that no column or function takes.
  if (thrown instanceof DatabaseError && thrown.code.startsWith('22')) {
    return new CairnError('input-invalid', `A value of the request cannot be used: ${thrown.message}.`, {
      action: 'Correct it; the schema of the request is in /openapi.json.',
      cause: thrown,
    });
  }
  if (isFastifyError(thrown)) {
    const status = thrown.statusCode ?? 500;
    if (thrown.validation !== undefined) {
      const first = thrown.validation[0];
      return new CairnError(
        'input-invalid',
        `${thrown.validationContext ?? 'request'} ${first?.message ?? 'is not valid'}.`,
        {
          where: `${thrown.validationContext ?? ''}${first?.instancePath ?? ''}`,
          action: 'Correct that part of the request; its schema is in /openapi.json.',
          cause: thrown,
        },
      );
    }
    const code = byStatus(status, thrown.code);
    if (code !== undefined) return new CairnError(code, thrown.message, { cause: thrown });
  }
  return new CairnError('internal', 'Cairn made a mistake; the log of the gateway tells more.', {
    action: 'Try again; if it happens again, report it with the log.',
    cause: thrown,
  });
}

function byStatus(status: number, code: string): ErrorCode | undefined {
  if (status === 413) return 'too-large';
  if (status === 404) return 'not-found';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return 'json-invalid';
  if (status >= 400 && status < 500) return 'input-invalid';
  return undefined;
}

/** Answers an error as problem details (RFC 9457), with what another protocol wants of an error beside them. */
export function answerProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  beside: (problem: Problem) => object = () => ({}),
): void {
  const error = toCairnError(thrown);
  const problem = error.problem(request.url.split('?')[0]);
  if (problem.status >= 500) request.log.error({ err: thrown, code: error.code }, error.message);
  else request.log.info({ code: error.code, detail: error.message }, 'refused');
  void reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, ...beside(problem) }));
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && 'syscall' in thrown;
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'statusCode' in thrown;
}
