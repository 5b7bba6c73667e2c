import { CairnError, type ProcessId, processes } from '@cairn/contracts';
import { canonicalJson, digestOf } from '@cairn/receipt';
import Value from 'typebox/value';
import type { Answer } from './results.ts';

/** Inputs that fit their process, with its defaults filled in, and the digest by which identical requests are known. */
export interface CheckedInputs {
  inputs: Record<string, unknown>;
  digest: string;
}

/**
 * Holds what came with a request against the schema of its process.
 * @throws CairnError `input-invalid`; `where` is a JSON pointer into the request's body.
 */
export function checkInputs(process: ProcessId, given: unknown, answer: Answer = {}): CheckedInputs {
  const { input } = processes[process];
  const inputs: unknown = Value.Default(input, structuredClone(given));
  if (!Value.Check(input, inputs)) {
    const [error] = Value.Errors(input, inputs);
    throw new CairnError(
      'input-invalid',
      `The input ${error?.instancePath ?? ''} ${error?.message ?? 'does not fit'}.`,
      {
        where: `/inputs${error?.instancePath ?? ''}`,
        action: `Ask for /processes/${process} to see what the process takes.`,
      },
    );
  }
  // Who wants another form of the answer does not ask for the same.
  const asked = Object.keys(answer).length === 0 ? inputs : { inputs, answer: { ...answer } };
  return { inputs, digest: digestOf(canonicalJson(asked)) };
}
