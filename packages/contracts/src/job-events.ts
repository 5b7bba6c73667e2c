import type { StatusInfo } from './job.ts';

/** What a job's event stream tells, with the id by which a later stream goes on. */
export type JobEvent =
  | { event: 'log'; id: string; line: string }
  | { event: 'progress'; id: string; progress: number; message: string }
  | { event: 'status'; id: string; job: StatusInfo };

/** The id of a stream's last event. */
export const lastJobEvent = 'end';

/** What the stream of a prediction's buildings tells, with the id by which a later stream goes on. */
export type FeatureEvent =
  | { event: 'features'; id: string; features: FoundFeature[] }
  | { event: 'reset'; id: string }
  | { event: 'progress'; id: string; progress: number; message: string }
  | { event: 'status'; id: string; job: StatusInfo };

/** A building that was found: a GeoJSON feature in EPSG:4326, the same as in the prediction's file. */
export interface FoundFeature {
  type: 'Feature';
  id: string;
  geometry: { type: 'Polygon'; coordinates: number[][][] };
  properties: { class: string; confidence: number; area_m2: number };
}

/** An event of a job's stream; undefined for those of later versions. */
export function toJobEvent({ name, data, id }: SentEvent): JobEvent | undefined {
  if (name === 'log') return { event: name, id, line: data };
  return toProgress({ name, data, id });
}

/** An event of the stream of a prediction's buildings; undefined for those of later versions. */
export function toFeatureEvent({ name, data, id }: SentEvent): FeatureEvent | undefined {
  if (name === 'features') {
    return { event: name, id, features: (JSON.parse(data) as { features: FoundFeature[] }).features };
  }
  if (name === 'reset') return { event: name, id };
  return toProgress({ name, data, id });
}

/** A server-sent event; without an id of its own it has that of the event before. */
export interface SentEvent {
  name: string | undefined;
  data: string;
  id: string;
}

/** Reads server-sent events; comments are passed over. */
export async function* readSentEvents(body: ReadableStream<Uint8Array>, lastId: string): AsyncGenerator<SentEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let id = lastId;
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').flatMap((line) => {
            const at = line.indexOf(':');
            return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).replace(/^ /, '')] as const];
          }),
        );
        id = fields.get('id') ?? id;
        if (fields.size > 0) yield { name: fields.get('event'), data: fields.get('data') ?? '', id };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function toProgress({ name, data, id }: SentEvent): Extract<JobEvent, { event: 'progress' | 'status' }> | undefined {
  if (name === 'progress') return { event: name, id, ...(JSON.parse(data) as { progress: number; message: string }) };
  if (name === 'status') return { event: name, id, job: JSON.parse(data) as StatusInfo };
  return undefined;
}
