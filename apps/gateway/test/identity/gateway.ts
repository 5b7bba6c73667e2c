import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyPluginCallback } from 'fastify';
import { pino } from 'pino';
import { makeApp } from '../../src/app.ts';
import { accountRoutes } from '../../src/identity/account-routes.ts';
import { Accounts } from '../../src/identity/accounts.ts';
import { Attempts } from '../../src/identity/attempts.ts';
import { guard } from '../../src/identity/guard.ts';
import { Hosts } from '../../src/identity/hosts.ts';
import { readKeys } from '../../src/identity/keys.ts';
import { readOwnerToken } from '../../src/identity/owner-token.ts';
import { identityRoutes } from '../../src/identity/routes.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import type { Database } from '../../src/db/database.ts';
import { openTestDatabase } from '../db/template.ts';

/** A gateway with the real guard and identity on a real database, and whatever routes a test adds. */
export async function startIdentity(routes: (database: Database) => FastifyPluginCallback[] = () => []) {
  const home = await mkdtemp(join(tmpdir(), 'cairn-home-'));
  const database = await openTestDatabase();
  const tokens = new Tokens({ database });
  const token = await readOwnerToken(home);
  await tokens.ensureOwner(token);
  const keys = await readKeys(home);
  const clock = { now: Date.now() };
  const accounts = new Accounts({ database, tokens, attempts: new Attempts(() => clock.now) });
  const app = await makeApp({
    logger: pino({ level: 'silent' }),
    guard: guard({ tokens, hosts: new Hosts({ host: '127.0.0.1' }) }),
    routes: [identityRoutes({ tokens, accounts, keys }), accountRoutes({ accounts, tokens }), ...routes(database)],
  });
  await app.ready();
  return {
    home,
    database,
    tokens,
    accounts,
    /** The time by which wrong passwords are slowed down. */
    clock,
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
