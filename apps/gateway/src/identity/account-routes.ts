import {
  AccountChange,
  AccountInfo,
  Identifier,
  IssuedToken,
  NewAccount,
  NewToken,
  PasswordChange,
  TokenInfo,
} from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Accounts } from './accounts.ts';
import type { Tokens } from './tokens.ts';

const Account = Type.Object({ id: Identifier });
const Token = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Accounts, which an administrator keeps, and the API tokens that each person has. */
export function accountRoutes(parts: { accounts: Accounts; tokens: Tokens }): FastifyPluginCallback {
  const { accounts, tokens } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get(
      '/accounts',
      { config: { policy: 'accounts.read' }, schema: { response: { 200: Type.Array(AccountInfo) } } },
      () => accounts.list(),
    );

    app.post<{ Body: NewAccount }>(
      '/accounts',
      { config: { policy: 'accounts.write' }, schema: { body: NewAccount, response: { 201: AccountInfo } } },
      async (request, reply) => reply.code(201).send(await accounts.add(request.body, request.actor)),
    );

    app.patch<{ Params: Static<typeof Account>; Body: AccountChange }>(
      '/accounts/:id',
      {
        config: { policy: 'accounts.write' },
        schema: { params: Account, body: AccountChange, response: { 200: AccountInfo } },
      },
      (request) => accounts.change(request.params.id, request.body, request.actor),
    );

    app.put<{ Params: Static<typeof Account>; Body: PasswordChange }>(
      '/accounts/:id/password',
      {
        config: { policy: 'own-account.write' },
        schema: { params: Account, body: PasswordChange, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await accounts.setPassword(request.params.id, request.body, request.actor);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/tokens',
      { config: { policy: 'own-account.read' }, schema: { response: { 200: Type.Array(TokenInfo) } } },
      ({ actor }) => tokens.listApi(actor.roles.includes('administrator') ? undefined : actor.id),
    );

    app.post<{ Body: NewToken }>(
      '/tokens',
      { config: { policy: 'own-account.write' }, schema: { body: NewToken, response: { 201: IssuedToken } } },
      async (request, reply) => reply.code(201).send(await tokens.issueApi(request.body, request.actor)),
    );

    app.delete<{ Params: Static<typeof Token> }>(
      '/tokens/:id',
      { config: { policy: 'own-account.write' }, schema: { params: Token, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await tokens.revokeApi(request.params.id, request.actor);
        return reply.code(204).send(null);
      },
    );
    done();
  };
}
