import { Identifier, JobRun, RunHistory, RunInfo } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Jobs } from '../jobs/engine.ts';
import { demandReadable } from '../jobs/readable.ts';
import type { Runs } from './runs.ts';

const ListQuery = Type.Object({ model: Identifier }, { additionalProperties: false });
const RunParams = Type.Object({ run: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
const JobParams = Type.Object({ job: Type.String({ maxLength: 100 }) });

/** The runs of trainings and evaluations, with their curves; MLflow is started for them where it sleeps. */
export function runRoutes(parts: { runs: Runs; jobs: Pick<Jobs, 'get'> }): FastifyPluginCallback {
  const { runs, jobs } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/runs',
      {
        config: { policy: 'runs.read' },
        schema: { querystring: ListQuery, response: { 200: Type.Array(RunInfo) } },
      },
      async (request) => runs.of(request.query.model),
    );

    app.get<{ Params: Static<typeof RunParams> }>(
      '/runs/:run',
      { config: { policy: 'runs.read' }, schema: { params: RunParams, response: { 200: RunHistory } } },
      async (request) => runs.history(request.params.run),
    );

    app.get<{ Params: Static<typeof JobParams> }>(
      '/jobs/:job/run',
      { config: { policy: 'runs.read' }, schema: { params: JobParams, response: { 200: JobRun } } },
      async (request) => {
        const { id } = demandReadable(await jobs.get(request.params.job), request.actor);
        return { run: await runs.ofJob(id) };
      },
    );
    done();
  };
}
