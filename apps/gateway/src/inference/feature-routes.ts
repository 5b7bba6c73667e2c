import { CairnError } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Jobs } from '../jobs/engine.ts';
import { lastEventId } from '../jobs/event-stream.ts';
import { demandReadable } from '../jobs/readable.ts';
import { addressOf, closingOf, goneOf, sendEvents, type StreamTiming, usualStream } from '../jobs/server-sent.ts';
import type { ObjectStore } from '../storage/objects.ts';
import type { FeaturePlace } from './feature-log.ts';
import type { FeatureLogs } from './feature-logs.ts';
import { featureStream, readFeaturePlace } from './feature-stream.ts';

const Params = Type.Object({ job: Type.String({ maxLength: 100 }) });

/** The buildings of a job while it finds them. */
export function featureRoutes(parts: {
  jobs: Pick<Jobs, 'get'>;
  objects: ObjectStore;
  logs: Pick<FeatureLogs, 'read'>;
  stream?: Partial<StreamTiming>;
}): FastifyPluginCallback {
  const { jobs, objects, logs } = parts;
  const stream = { ...usualStream, ...parts.stream };
  return (app: FastifyInstance, _options, done) => {
    const closing = closingOf(app);
    app.get<{ Params: Static<typeof Params> }>(
      '/jobs/:job/features',
      {
        config: { policy: 'inference.read' },
        schema: {
          params: Params,
          description: 'the buildings that a prediction finds, as server-sent events, until its job has ended',
          produces: ['text/event-stream'],
        },
      },
      async (request, reply) => {
        const { id, process } = demandReadable(await jobs.get(request.params.job), request.actor);
        if (process !== 'predict') {
          throw new CairnError('not-found', `The job ${id} (${process}) finds no buildings.`, {
            where: id,
            action: 'Ask for the buildings of a prediction: GET /jobs?processID=predict lists them.',
          });
        }
        const from = readFeaturePlace(request.headers['last-event-id']);
        void reply.header('cache-control', 'no-store');
        // A page's EventSource comes again when a stream ends, until it is told that there is no more.
        if (from === lastEventId) return reply.code(204).send();
        const source = {
          job: () => jobs.get(id),
          log: (after: FeaturePlace | undefined) => logs.read(id, after),
          file: objects.file.bind(objects),
          base: addressOf(request),
        };
        const over = AbortSignal.any([goneOf(reply), closing]);
        return sendEvents(reply, featureStream(source, from, stream, over));
      },
    );
    done();
  };
}
