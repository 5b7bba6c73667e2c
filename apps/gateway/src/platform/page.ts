import fastifyStatic from '@fastify/static';
import { CairnError } from '@cairn/contracts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { landingPage } from './landing.ts';

/**
 * What the page may load: its own files, and nothing from anywhere else; no script or style that stands in a document. The map
 * draws in a worker and on blobs.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

/** Serves the built web application from the root, and there to a program that asks for JSON the API's landing page; says how to build it where it is not. */
export function pageRoutes(parts: { folder: string }): FastifyPluginCallback {
  const { folder } = parts;
  return (app: FastifyInstance, _options, done) => {
    void app.register(fastifyStatic, {
      root: folder,
      serve: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: harden,
    });
    app.get<{ Params: { '*': string } }>('/*', { config: { policy: 'page.read' } }, async (request, reply) => {
      if (request.params['*'] === '') {
        void reply.header('vary', 'accept');
        if (wantsJson(request)) return landingPage(`${request.protocol}://${request.host}`);
      }
      const file = request.params['*'] === '' ? 'index.html' : request.params['*'];
      if (!existsSync(join(folder, 'index.html'))) {
        throw new CairnError('not-found', 'The page is not built.', {
          action: 'Run "npm run build --workspace @cairn/web" in the checkout and start again.',
        });
      }
      return reply.sendFile(file);
    });
    done();
  };
}

/** Whether a program asks, that has no use for a page. */
function wantsJson({ headers: { accept = '' } }: FastifyRequest): boolean {
  return /\bapplication\/json\b/.test(accept) && !/\btext\/html\b/.test(accept);
}

function harden(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('vary', 'accept, accept-encoding');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  // Built files are named by their content; the page itself is not.
  response.setHeader('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
}
