import { CairnError } from '@cairn/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from './actor.ts';
import type { Hosts } from './hosts.ts';
import { demand, policy, type PolicyEntry } from './policy.ts';
import type { Tokens } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `nobody`, without a role, where no token came and the entry lets anyone. */
    actor: Actor;
  }
  interface FastifyContextConfig {
    /** The route's entry in the policy table. */
    policy?: PolicyEntry;
  }
}

/** The cookie that holds a browser's session. */
export const sessionCookie = 'cairn_session';

const nobody: Actor = { id: 'nobody', roles: [] };
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What stands before every route, in this order: the host is one of ours; a request that changes something and comes from
 * a page comes from a page of ours; the token, by `Authorization: Bearer` or by the session's cookie, names somebody; the
 * route's entry in the policy table lets them. A route without an entry makes the start fail.
 */
export function guard(parts: { tokens: Tokens; hosts: Hosts }): (app: FastifyInstance) => void {
  const { tokens, hosts } = parts;
  return (app) => {
    app.decorateRequest('actor', null as unknown as Actor);
    app.addHook('onRoute', ({ method, url, config }) => {
      const entry: string | undefined = config?.policy;
      if (entry !== undefined && Object.hasOwn(policy, entry)) return;
      throw new Error(`The route ${String(method)} ${url} names no entry of the policy table (identity/policy.ts).`);
    });
    app.addHook('onRequest', async (request) => {
      hosts.demand(request.headers.host);
      request.actor = nobody;
      if (request.is404) return;
      const entry = entryOf(request);
      const bearer = bearerOf(request);
      const cookie = request.cookies[sessionCookie];
      if (!safeMethods.has(request.method)) demandOwnPage(request, bearer === undefined && cookie !== undefined);
      const token = tokenOf(request);
      const actor = await resolve(tokens, token);
      if (actor === undefined && policy[entry] !== 'anyone') throw notSignedIn(token);
      request.actor = actor ?? nobody;
      demand(entry, request.actor);
    });
  };
}

/** The token by which a request speaks: `Authorization: Bearer`, else the session's cookie. */
export function tokenOf(request: FastifyRequest): string | undefined {
  return bearerOf(request) ?? request.cookies[sessionCookie];
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function entryOf({ routeOptions }: FastifyRequest): PolicyEntry {
  const entry = routeOptions.config.policy;
  if (entry === undefined) throw new Error(`The route ${routeOptions.url ?? ''} was added before the guard.`);
  return entry;
}

function resolve(tokens: Tokens, token: string | undefined): Promise<Actor | undefined> {
  return token === undefined ? Promise.resolve(undefined) : tokens.resolve(token);
}

/** Browsers name the page's origin with every request that may change something; others need not. */
function demandOwnPage({ headers }: FastifyRequest, required: boolean): void {
  const { origin, host } = headers;
  if (origin === undefined && !required) return;
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  throw new CairnError('not-allowed', `The request comes from a page of ${origin ?? 'an unknown origin'}.`, {
    where: 'Origin',
    action: `Do it on Cairn's own page, at http://${host ?? ''}/.`,
  });
}

function notSignedIn(token: string | undefined): CairnError {
  return new CairnError(
    'not-signed-in',
    token === undefined ? 'No token came with the request.' : 'The token is not valid.',
    {
      where: 'Authorization',
      action: 'Send the token of the state folder (file "token") as "Authorization: Bearer TOKEN".',
    },
  );
}
