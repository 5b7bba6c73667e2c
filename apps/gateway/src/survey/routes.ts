import { SurveyReport } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Survey } from './survey.ts';

const Options = Type.Object(
  { deep: Type.Boolean({ default: false, description: 'hash every stored byte again' }) },
  { additionalProperties: false },
);

/** The consistency survey for administrators: what does not fit, and its repair. */
export function surveyRoutes(parts: { survey: Survey }): FastifyPluginCallback {
  const { survey } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Querystring: Static<typeof Options> }>(
      '/survey',
      { config: { policy: 'survey.read' }, schema: { querystring: Options, response: { 200: SurveyReport } } },
      async (request) => survey.look(request.query.deep),
    );

    app.post<{ Body: Static<typeof Options> }>(
      '/survey/repair',
      { config: { policy: 'survey.repair' }, schema: { body: Options, response: { 200: SurveyReport } } },
      async (request) => survey.repair(request.body.deep, request.actor),
    );
    done();
  };
}
