import { Estimate, type ProcessInput } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import { checkInputs } from '../jobs/inputs.ts';
import { estimate, type EstimateParts } from './estimate.ts';

const Body = Type.Object(
  { inputs: Type.Unknown({ description: 'as for the execution of "predict"' }) },
  { additionalProperties: false },
);

/** What a prediction would take, before it is started. */
export function estimateRoutes(parts: EstimateParts): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: Static<typeof Body> }>(
      '/processes/predict/estimate',
      { config: { policy: 'inference.estimate' }, schema: { body: Body, response: { 200: Estimate } } },
      (request) => estimate(parts, checkInputs('predict', request.body.inputs).inputs as ProcessInput<'predict'>),
    );
    done();
  };
}
