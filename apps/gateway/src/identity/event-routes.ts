import { EventPage } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import {
  aliveComment,
  closingOf,
  goneOf,
  pauseOf,
  sendEvents,
  sentEvent,
  type StreamTiming,
  usualStream,
} from '../jobs/server-sent.ts';
import type { EventLog } from './event-log.ts';

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
const EventsQuery = Type.Object(
  {
    subject: text('a part of the subject'),
    kind: text('a kind, or what stands before its dot: job is every job.…'),
    account: text('who did it'),
    from: time('at this time or later'),
    to: time('before this time'),
    before: Type.Optional(Type.Integer({ minimum: 1, description: '`next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);
type EventsQuery = Static<typeof EventsQuery>;

/** How much less often than a job the log is looked at. */
const seldom = 5;

/** The event log for administrators: page by page, or as it is written. */
export function eventRoutes(parts: { log: EventLog; stream?: Partial<StreamTiming> }): FastifyPluginCallback {
  const { log } = parts;
  const stream = { ...usualStream, ...parts.stream };
  return (app: FastifyInstance, _options, done) => {
    const closing = closingOf(app);
    app.get<{ Querystring: EventsQuery }>(
      '/events',
      {
        config: { policy: 'events.read' },
        schema: {
          querystring: EventsQuery,
          response: { 200: EventPage },
          description:
            'a page, the newest first; with Accept: text/event-stream each event (`event`, its id its place) as it is written, behind Last-Event-ID or from now on',
          produces: ['application/json', 'text/event-stream'],
        },
      },
      async (request, reply) => {
        const { query, headers } = request;
        void reply.header('vary', 'accept').header('cache-control', 'no-store');
        if (!/\btext\/event-stream\b/.test(headers.accept ?? '')) {
          return log.list(query, query.limit ?? 100, query.before);
        }
        const seen = Number.parseInt([headers['last-event-id'] ?? ''].flat().join(''));
        const news = log.follower(query, Number.isSafeInteger(seen) ? seen : undefined);
        const over = AbortSignal.any([goneOf(reply), closing]);
        return sendEvents(reply, follow(news, stream, over));
      },
    );
    done();
  };
}

async function* follow(
  news: ReturnType<EventLog['follower']>,
  { every, keepAlive }: StreamTiming,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let spoken = 0;
  while (!signal.aborted) {
    // The first round says at least that it is there: nothing is missed from then on.
    const told = (await news()).map((event) => sentEvent('event', JSON.stringify(event), String(event.seq)));
    if (told.length === 0 && Date.now() - spoken >= keepAlive) told.push(aliveComment);
    if (told.length > 0) {
      yield told.join('');
      spoken = Date.now();
    }
    await pauseOf(every * seldom, signal);
  }
}
