import { CairnError, type ProcessId, processes } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import { Subscriber } from './callbacks/subscriber.ts';
import type { Answer } from './results.ts';

/** A request to execute (OGC API - Processes 1.0, execute). */
export const Execution = Type.Object(
  {
    inputs: Type.Unknown({ description: 'see the description of the process' }),
    outputs: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 100 }),
        Type.Object({
          transmissionMode: Type.Optional(Type.Union([Type.Literal('value'), Type.Literal('reference')])),
          format: Type.Optional(Type.Object({ mediaType: Type.Optional(Type.String()) })),
        }),
        { description: 'the outputs that are wanted, by name; left out: all of them' },
      ),
    ),
    response: Type.Optional(
      Type.Union([Type.Literal('raw'), Type.Literal('document')], {
        default: 'document',
        description: 'raw: one output as it is, several as multipart/related; document: a JSON object of the outputs',
      }),
    ),
    subscriber: Type.Optional(Subscriber),
  },
  { additionalProperties: false },
);
export type Execution = Static<typeof Execution>;

/**
 * How the result is wanted.
 * @throws CairnError `input-invalid` for an output that the process does not have, or not in that way.
 */
export function answerOf(process: ProcessId, { outputs, response }: Execution): Answer {
  const known = Object.keys(processes[process].result.properties);
  for (const [name, { transmissionMode }] of Object.entries(outputs ?? {})) {
    if (!known.includes(name)) {
      throw new CairnError('input-invalid', `The process ${process} has no output ${name}.`, {
        where: `/outputs/${name}`,
        action: `Ask for some of these: ${known.join(', ')}.`,
      });
    }
    if (transmissionMode === 'reference') {
      throw new CairnError('input-invalid', `The output ${name} is answered by value only.`, {
        where: `/outputs/${name}/transmissionMode`,
        action: 'Leave transmissionMode out, or give "value".',
      });
    }
  }
  const wanted = known.filter((name) => Object.hasOwn(outputs ?? {}, name));
  return {
    ...(response === 'raw' ? { response } : {}),
    ...(wanted.length === 0 || wanted.length === known.length ? {} : { outputs: wanted }),
  };
}

/** How long a caller wants to wait for the result. */
export interface Preference {
  /** The preference that is applied, as the header names it. */
  applied: string;
  /** Milliseconds until the job is answered in place of its result. */
  wait: number;
}

const longestWait = 24 * 3600;

/** Reads `Prefer` (RFC 7240): `respond-async`, `wait=SECONDS`, or both; null where the caller waits for the result. */
export function readPreference(header: string | string[] | undefined): Preference | null {
  const text = [header ?? ''].flat().join(',').toLowerCase();
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})/.exec(text)?.[1];
  const isAsync = /(?:^|[,;\s])respond-async(?:$|[,;\s])/.test(text);
  if (!isAsync && wait === undefined) return null;
  const seconds = Math.min(Number(wait ?? 0), longestWait);
  const applied = [...(isAsync ? ['respond-async'] : []), ...(wait === undefined ? [] : [`wait=${seconds}`])];
  return { applied: applied.join(', '), wait: seconds * 1000 };
}
