import { CairnError } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import { roles } from './actor.ts';
import { sessionCookie } from './guard.ts';
import type { SigningKeys } from './keys.ts';
import { sessionSeconds, type Tokens } from './tokens.ts';

const SignIn = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200, title: 'The token of the state folder' }) },
  { additionalProperties: false },
);
const SignedIn = Type.Object({
  id: Type.String(),
  roles: Type.Array(Type.Union(roles.map((role) => Type.Literal(role)))),
});

/** A browser's session, and the public key that checks this installation's receipts. */
export function identityRoutes(parts: {
  tokens: Tokens;
  keys: Pick<SigningKeys, 'publicKeyPem'>;
}): FastifyPluginCallback {
  const { tokens, keys } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: Static<typeof SignIn> }>(
      '/session',
      { config: { policy: 'session.write' }, schema: { body: SignIn, response: { 200: SignedIn } } },
      async (request, reply) => {
        const actor = await tokens.resolve(request.body.token);
        // A step's token opens no browser session: it would outlive its job.
        if (actor === undefined || actor.jobId !== undefined) {
          throw new CairnError('not-signed-in', 'The token is not valid.', {
            where: '/token',
            action: 'Open the address that "cairn up" prints, or paste the token of the state folder (file "token").',
          });
        }
        const session = await tokens.issueSession(actor);
        void reply.setCookie(sessionCookie, session, {
          path: '/',
          httpOnly: true,
          sameSite: 'strict',
          maxAge: sessionSeconds,
        });
        return { id: actor.id, roles: [...actor.roles] };
      },
    );

    app.delete(
      '/session',
      { config: { policy: 'session.write' }, schema: { response: { 204: Type.Null() } } },
      async (request, reply) => {
        const session = request.cookies[sessionCookie];
        if (session !== undefined) await tokens.revokeSession(session);
        return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null);
      },
    );

    app.get(
      '/keys/cairn.pub',
      { config: { policy: 'keys.read' }, schema: { response: { 200: Type.String({ description: 'PEM (SPKI)' }) } } },
      (_request, reply) => reply.type('application/x-pem-file').send(keys.publicKeyPem),
    );
    done();
  };
}
