import fastifyStatic from '@fastify/static';
import { CairnError } from '@cairn/contracts';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';

/** What a page of the docs may load: pictures, fonts and the style sheet of this site. It has no script. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "img-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

/** Serves the built docs at `/docs/`, to anyone; says how to build them where they are not. */
export function docsRoutes(parts: { folder: string }): FastifyPluginCallback {
  const { folder } = parts;
  const kindOf = (path: string): 'file' | 'folder' | undefined => {
    try {
      const found = statSync(join(folder, path));
      return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : undefined;
    } catch {
      return undefined;
    }
  };
  const answer = (asked: string, reply: FastifyReply): FastifyReply => {
    if (kindOf('index.html') === undefined) {
      throw new CairnError('not-found', 'The docs are not built.', {
        action: 'Run "npm run build --workspace @cairn/docs" in the checkout and start again.',
      });
    }
    const file = asked === '' || asked.endsWith('/') ? `${asked}index.html` : asked;
    const kind = isPlain(file) ? kindOf(file) : undefined;
    // The pages name each other from their folder, so a folder is asked for with its slash.
    if (kind === 'folder') return reply.redirect(`/docs/${file}/`, 301);
    return kind === 'file' ? reply.sendFile(file) : reply.code(404).sendFile('404.html');
  };
  return (app: FastifyInstance, _options, done) => {
    void app.register(fastifyStatic, { root: folder, serve: false, setHeaders: harden });
    const handler = (request: FastifyRequest<{ Params: { '*'?: string } }>, reply: FastifyReply): FastifyReply => {
      // The router takes no account of a slash at the end, which decides here.
      const hasSlash = (request.url.split('?')[0] ?? '').endsWith('/');
      const path = (request.params['*'] ?? '').replace(/\/$/, '');
      if (path !== '') return answer(hasSlash ? `${path}/` : path, reply);
      return hasSlash ? answer('', reply) : reply.redirect('/docs/', 301);
    };
    app.get('/docs', { config: { policy: 'docs.read' } }, handler);
    app.get('/docs/*', { config: { policy: 'docs.read' } }, handler);
    done();
  };
}

/** Whether a path may be one of the site's, by its words alone: it stays in its folder and is not longer than a file system takes. */
function isPlain(path: string): boolean {
  return path.length < 500 && path.split('/').every((part) => /^[\w-][\w.-]{0,99}$/.test(part));
}

function harden(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  // A font that was asked for again on every page would come after its words on each.
  response.setHeader('cache-control', path.endsWith('.woff2') ? 'public, max-age=86400' : 'no-cache');
}
