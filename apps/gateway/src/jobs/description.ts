import { type ProcessId, processes } from '@cairn/contracts';
import { type Static, Type, type TSchema } from 'typebox';

/** A link of the API (RFC 8288). */
export const Link = Type.Object({
  href: Type.String(),
  rel: Type.String(),
  type: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
});

/** A process in the list (OGC API - Processes 1.0, processSummary). */
export const ProcessSummary = Type.Object({
  id: Type.String(),
  title: Type.String(),
  description: Type.String(),
  version: Type.String(),
  jobControlOptions: Type.Array(Type.String()),
  outputTransmission: Type.Array(Type.String()),
  links: Type.Array(Link),
});

const Described = Type.Record(
  Type.String(),
  Type.Object({
    title: Type.String(),
    description: Type.Optional(Type.String()),
    minOccurs: Type.Optional(Type.Integer()),
    maxOccurs: Type.Optional(Type.Integer()),
    schema: Type.Unknown(),
  }),
);

/** A process with its inputs and outputs (OGC API - Processes 1.0, process). */
export const ProcessDescription = Type.Object({ ...ProcessSummary.properties, inputs: Described, outputs: Described });

/** Which part of the list of processes is asked for. */
export const ProcessesQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ default: 100, minimum: 1, description: 'of a page' })),
    cursor: Type.Optional(Type.String({ maxLength: 100, description: 'that of a `next` link' })),
  },
  { additionalProperties: false },
);
export type ProcessesQuery = Static<typeof ProcessesQuery>;

/** A page of the list of processes (OGC API - Processes 1.0, 7.9), with a `next` link where there are more. */
export function processPage(offered: readonly ProcessId[], { limit = 100, cursor }: ProcessesQuery, base: string) {
  // A cursor of a process that is no longer offered begins anew: the list is short.
  const start = Math.max(0, offered.indexOf(cursor as ProcessId));
  const address = (first?: ProcessId) => {
    const parameters = new URLSearchParams({
      ...(limit === 100 ? {} : { limit: String(limit) }),
      ...(first === undefined ? {} : { cursor: first }),
    });
    return `${base}/processes${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
  };
  const next = offered[start + limit];
  return {
    processes: offered.slice(start, start + limit).map((id) => summaryOf(id, base)),
    links: [
      { href: address(start === 0 ? undefined : offered[start]), rel: 'self', type: 'application/json' },
      ...(next === undefined ? [] : [{ href: address(next), rel: 'next', type: 'application/json' }]),
    ],
  };
}

/** What the list tells of a process. `base` is the gateway's address, for the links. */
export function summaryOf(id: ProcessId, base: string) {
  return {
    id,
    title: processes[id].title,
    description: (processes[id].input as { description?: string }).description ?? processes[id].title,
    version: '1.0.0',
    jobControlOptions: ['async-execute', 'sync-execute', 'dismiss'],
    outputTransmission: ['value'],
    links: [
      { href: `${base}/processes/${id}`, rel: 'self', type: 'application/json' },
      { href: `${base}/processes/${id}/execution`, rel: executeRel, title: 'Run it' },
    ],
  };
}

/** A process with the JSON Schema of each input and output. */
export function descriptionOf(id: ProcessId, base: string) {
  const { input, result } = processes[id];
  return { ...summaryOf(id, base), inputs: describe(input, true), outputs: describe(result, false) };
}

const executeRel = 'http://www.opengis.net/def/rel/ogc/1.0/execute';

function describe(
  schema: { properties: Record<string, TSchema>; required?: readonly string[] | undefined },
  occurs: boolean,
) {
  const entries = Object.entries(schema.properties).map(([name, member]) => {
    const { title, description } = member as { title?: string; description?: string };
    const entry = {
      title: title ?? name,
      ...(description === undefined ? {} : { description }),
      ...(occurs ? { minOccurs: schema.required?.includes(name) === true ? 1 : 0, maxOccurs: 1 } : {}),
      schema: member,
    };
    return [name, entry] as const;
  });
  return Object.fromEntries(entries);
}
