import { Blueprint, PlatformStatus } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import type { BlueprintProbes } from './blueprint/blueprint.ts';
import { conformsTo, landingPage } from './landing.ts';
import type { Platform } from './status.ts';

const Links = Type.Array(
  Type.Object({
    href: Type.String(),
    rel: Type.String(),
    type: Type.Optional(Type.String()),
    title: Type.Optional(Type.String()),
  }),
);
const Landing = Type.Object({ title: Type.String(), description: Type.String(), links: Links });

/** Liveness for whoever watches, and the platform's components for those who run it. */
export function platformRoutes(parts: {
  platform: Pick<Platform, 'status'>;
  blueprint: Pick<BlueprintProbes, 'read'>;
}): FastifyPluginCallback {
  const { platform, blueprint } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get(
      '/healthz',
      { config: { policy: 'health.read' }, schema: { response: { 200: Type.Object({ status: Type.Literal('ok') }) } } },
      () => ({ status: 'ok' as const }),
    );
    app.get('/api', { config: { policy: 'api.read' }, schema: { response: { 200: Landing } } }, (request) =>
      landingPage(`${request.protocol}://${request.host}`),
    );
    app.get(
      '/conformance',
      {
        config: { policy: 'api.read' },
        schema: { response: { 200: Type.Object({ conformsTo: Type.Array(Type.String()) }) } },
      },
      () => ({ conformsTo }),
    );
    app.get('/status', { config: { policy: 'status.read' }, schema: { response: { 200: PlatformStatus } } }, () =>
      platform.status(),
    );
    app.get('/blueprint', { config: { policy: 'status.read' }, schema: { response: { 200: Blueprint } } }, () =>
      blueprint.read(),
    );
    done();
  };
}
