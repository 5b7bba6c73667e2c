import cookie from '@fastify/cookie';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import fastify from 'fastify';
import { answerProblem } from '../../src/errors.ts';
import { guard } from '../../src/identity/guard.ts';
import { Hosts } from '../../src/identity/hosts.ts';
import { readKeys } from '../../src/identity/keys.ts';
import { readOwnerToken } from '../../src/identity/owner-token.ts';
import { identityRoutes } from '../../src/identity/routes.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import { openTestDatabase } from '../db/template.ts';

/** A gateway with the real guard and identity on a real database, and whatever routes a test adds. */
export async function startIdentity(routes: FastifyPluginCallback[] = []) {
  const home = await mkdtemp(join(tmpdir(), 'cairn-home-'));
  const database = await openTestDatabase();
  const tokens = new Tokens({ database });
  const token = await readOwnerToken(home);
  await tokens.ensureOwner(token);
  const keys = await readKeys(home);
  const app: FastifyInstance = fastify();
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  await app.register(cookie);
  guard({ tokens, hosts: new Hosts({ host: '127.0.0.1' }) })(app);
  await app.register(identityRoutes({ tokens, keys }));
  for (const route of routes) await app.register(route);
  await app.ready();
  return {
    home,
    database,
    tokens,
    token,
    keys,
    app,
    close: async () => {
      await app.close();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
