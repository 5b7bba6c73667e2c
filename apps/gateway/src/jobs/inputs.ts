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
    const errors = Value.Errors(input, inputs);
    const error = errors.find(({ schemaPath, keyword }) => keyword !== 'oneOf' && !schemaPath.startsWith('#/oneOf/'));
    throw new CairnError(
      'input-invalid',
      error === undefined
        ? `Exactly one of these is wanted: ${choiceOf(input)}.`
        : `The input ${error.instancePath} ${error.message}.`,
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

/** The ways to ask for a process, of which a request takes one, in words. */
function choiceOf(schema: object): string {
  const { oneOf = [] } = schema as { oneOf?: readonly { title: string }[] };
  return oneOf.map(({ title }) => title).join(', or ');
}
