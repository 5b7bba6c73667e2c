import { CairnError } from '@cairn/contracts';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** How often a stream looks for news, and after which silence it says that it is alive, in milliseconds. */
export interface StreamTiming {
  every: number;
  keepAlive: number;
}

/** What streams do where nothing else is told. */
export const usualStream: StreamTiming = { every: 100, keepAlive: 15_000 };

/** What says that a stream is alive: a comment. */
export const aliveComment = ': alive\n\n';

/** One server-sent event. */
export function sentEvent(name: string, data: string, id?: string): string {
  // A carriage return would end a line of the stream.
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data.replaceAll('\r', ' ')}\n\n`;
}

/** Waits; less where the signal aborts. */
export async function pauseOf(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * Aborts when the gateway closes: whoever waits for a job would hold it up as long as the job takes.
 * @param app the plugin whose routes wait
 */
export function closingOf(app: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  app.addHook('preClose', (closed) => {
    closing.abort(
      new CairnError('gateway-unreachable', 'Cairn is stopping; the job goes on when it starts again.', {
        action: 'Start Cairn with "cairn up" and send the request again: it joins the job.',
      }),
    );
    closed();
  });
  return closing.signal;
}

/** Aborts when the caller's connection has closed. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new CairnError('cancelled', 'The caller has gone; the job goes on.')));
  return gone.signal;
}

/** Answers by a stream of events. */
export function sendEvents(reply: FastifyReply, events: AsyncGenerator<string>): FastifyReply {
  return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(Readable.from(events));
}

/** Where the gateway is, as the caller wrote it. */
export function addressOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
