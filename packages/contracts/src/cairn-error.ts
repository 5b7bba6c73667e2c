import { errorCodes, isErrorCode, type ErrorCode } from './errors.ts';
import type { Problem } from './problem.ts';

/** What an error tells beside its code. */
export interface ProblemMore {
  /** What to do about it, as an imperative sentence. */
  action?: string;
  /** A JSON pointer, a file or a part of the request. */
  where?: string;
  /** How a standard names it, as a URI; left out: a URN of the code. */
  type?: string;
  /** What made it, for the log only. */
  cause?: unknown;
}

/** An error of the table: thrown by domains, sent as problem details by the gateway, thrown again by the client. */
export class CairnError extends Error {
  override readonly name = 'CairnError';
  readonly code: ErrorCode;
  readonly more: ProblemMore;

  constructor(code: ErrorCode, detail: string, more: ProblemMore = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.more = more;
  }

  /** The error that problem details tell of. */
  static of(problem: Problem): CairnError {
    const code = isErrorCode(problem.code) ? problem.code : 'internal';
    return new CairnError(code, problem.detail, {
      ...(problem.action === undefined ? {} : { action: problem.action }),
      ...(problem.where === undefined ? {} : { where: problem.where }),
    });
  }

  /** The problem details that go over the wire; the cause stays here. */
  problem(instance?: string): Problem {
    const { status, title } = errorCodes[this.code];
    return {
      type: this.more.type ?? `urn:cairn:problem:${this.code}`,
      title,
      status,
      detail: this.message,
      code: this.code,
      ...(this.more.action === undefined ? {} : { action: this.more.action }),
      ...(this.more.where === undefined ? {} : { where: this.more.where }),
      ...(instance === undefined ? {} : { instance }),
    };
  }
}
