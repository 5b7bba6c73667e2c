import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import { CairnError } from '@cairn/contracts';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginCallback,
} from 'fastify';
import { answerProblem } from './errors.ts';

/** What the application is made of: a plugin a domain, and what stands before all of them. */
export interface AppParts {
  logger: FastifyBaseLogger;
  /** Who asks, and whether the route's entry in the policy table lets them. */
  guard: (app: FastifyInstance) => void;
  /** Every domain's routes, in the order in which they are told. */
  routes: readonly FastifyPluginCallback[];
}

/**
 * Makes the application; nothing listens yet. The routes, by domain:
 *
 *     GET  /healthz  /status  /blueprint  /openapi.json  /api  /conformance  platform
 *     GET POST DELETE /session   GET /keys/cairn.pub             identity
 *     /accounts …  /accounts/:id/password  /tokens …             identity
 *     GET  /events                                               identity
 *     GET  /usage/:by  /usage/:by.csv                            usage
 *     POST /uploads  /uploads/missing   HEAD /uploads/:digest    storage
 *     GET  /stac …  /stac/collections/:id/items …  /stac/search  catalog
 *     GET  /processes …   POST /processes/:id/execution          jobs
 *     GET  /jobs …  /activity   DELETE /jobs/:id                 jobs
 *     GET  /models …  /models/:model/revisions/:digest/archive   registry
 *     GET  /models/:model/versions …   POST …/:version/stage     registry
 *     GET  /approvals                                            registry
 *     GET  /models/:model/versions/:version/files/*              registry
 *     POST /models/:model/rollback   GET POST /revocations         registry
 *     GET PUT DELETE /models/:model/canary                       registry
 *     GET PUT DELETE /models/:model/shadow   GET …/comparisons   registry
 *     ALL  /mlflow/*                                             registry
 *     GET  /runs …   GET /jobs/:job/run                           training
 *     POST /processes/train-model/estimate                       training
 *     GET  /datasets/:id/versions …  /datasets/:id/diff          data
 *     GET  /imagery/:id/tiles/:z/:x/:y.png                       imagery
 *     GET  /predictions …  /predictions/:id/buildings.:format    inference
 *     GET  /predictions/:id/reviews   PUT DELETE …/:feature      review
 *     GET  /predictions/:id/reviewed.geojson                     review
 *     GET  /jobs/:job/features   POST /processes/predict/estimate inference
 *     GET  /v2 …  /v2/health/…  /v2/models/:name …               inference
 *     POST /v2/models/:name/infer  …/versions/:version/infer     inference
 *     GET  /receipts …  /receipts/:digest/trail                  receipts
 *     GET POST /feedback   GET /feedback.csv                      feedback
 *     GET  /survey   POST /survey/repair                         survey
 *     GET  /docs …                                               the docs
 *     GET  /*                                                    the page
 */
export async function makeApp(parts: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A browser keeps its connections; a gateway that is to end does not wait for them.
    forceCloseConnections: true,
    bodyLimit: 16 * 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true },
    // Unknown members are refused rather than dropped: a misspelt option should not be ignored.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, strict: false } },
  });
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    answerProblem(
      new CairnError('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}.`, {
        action: 'Look at /openapi.json for the addresses that there are.',
      }),
      request,
      reply,
    );
  });
  await app.register(cookie);
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Cairn',
        version: '0.1.0',
        description: 'From an area on a map to buildings, each prediction traceable.',
      },
    },
  });
  parts.guard(app);
  app.get('/openapi.json', { config: { policy: 'openapi.read' }, schema: { hide: true } }, (_request, reply) =>
    reply.type('application/vnd.oai.openapi+json;version=3.0').send(JSON.stringify(app.swagger())),
  );
  for (const routes of parts.routes) await app.register(routes);
  return app;
}
