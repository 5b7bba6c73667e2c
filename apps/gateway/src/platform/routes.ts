import { PlatformStatus } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import type { Platform } from './status.ts';

/** Liveness for whoever watches, and the platform's components for those who run it. */
export function platformRoutes(parts: { platform: Platform }): FastifyPluginCallback {
  const { platform } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get(
      '/healthz',
      { config: { policy: 'health.read' }, schema: { response: { 200: Type.Object({ status: Type.Literal('ok') }) } } },
      () => ({ status: 'ok' as const }),
    );
    app.get('/status', { config: { policy: 'status.read' }, schema: { response: { 200: PlatformStatus } } }, () =>
      platform.status(),
    );
    done();
  };
}
