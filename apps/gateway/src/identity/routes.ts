import { CairnError, SessionInfo } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Accounts } from './accounts.ts';
import type { Actor } from './actor.ts';
import { sessionCookie, tokenOf } from './guard.ts';
import type { SigningKeys } from './keys.ts';
import { sessionSeconds, type Tokens } from './tokens.ts';

const text = { minLength: 1, maxLength: 200 };
const SignIn = Type.Union([
  Type.Object(
    { token: Type.String({ ...text, title: 'The token of the state folder' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { account: Type.String({ ...text, title: 'Name' }), password: Type.String({ ...text, title: 'Password' }) },
    { additionalProperties: false },
  ),
]);

/** A browser's session, and the public key that checks this installation's receipts. */
export function identityRoutes(parts: {
  tokens: Tokens;
  accounts: Accounts;
  keys: Pick<SigningKeys, 'publicKeyPem'>;
}): FastifyPluginCallback {
  const { tokens, accounts, keys } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: Static<typeof SignIn> }>(
      '/session',
      { config: { policy: 'session.write' }, schema: { body: SignIn, response: { 200: SessionInfo } } },
      async (request, reply) => {
        const { body } = request;
        const actor =
          'token' in body ? await byToken(tokens, body.token) : await accounts.signIn(body.account, body.password);
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

    app.get(
      '/session',
      { config: { policy: 'own-account.read' }, schema: { response: { 200: SessionInfo } } },
      ({ actor }) => ({ id: actor.id, roles: [...actor.roles] }),
    );

    app.delete(
      '/session',
      { config: { policy: 'session.write' }, schema: { response: { 204: Type.Null() } } },
      async (request, reply) => {
        const session = tokenOf(request);
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

async function byToken(tokens: Tokens, token: string): Promise<Actor> {
  const actor = await tokens.resolveForSession(token);
  if (actor !== undefined) return actor;
  throw new CairnError('not-signed-in', 'The token opens no session.', {
    where: '/token',
    action:
      'Open the address that "cairn up" prints, paste the token of the state folder (file "token"), or sign in by name and password.',
  });
}
