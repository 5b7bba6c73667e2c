import type { StatusInfo } from './job.ts';

/** What a job's event stream tells, with the id by which a later stream goes on. */
export type JobEvent =
  | { event: 'log'; id: string; line: string }
  | { event: 'progress'; id: string; progress: number; message: string }
  | { event: 'status'; id: string; job: StatusInfo };

/** The id of a stream's last event. */
export const lastJobEvent = 'end';

/** Reads server-sent events of a job; comments and events of later versions are passed over. */
export async function* readJobEvents(body: ReadableStream<Uint8Array>, lastId: string): AsyncGenerator<JobEvent> {
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
        const told = toEvent(fields.get('event'), fields.get('data') ?? '', id);
        if (told !== undefined) yield told;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function toEvent(name: string | undefined, data: string, id: string): JobEvent | undefined {
  if (name === 'log') return { event: name, id, line: data };
  if (name === 'progress') return { event: name, id, ...(JSON.parse(data) as { progress: number; message: string }) };
  if (name === 'status') return { event: name, id, job: JSON.parse(data) as StatusInfo };
  return undefined;
}
