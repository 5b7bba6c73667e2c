import type { IssuedToken } from '@cairn/contracts';
import type { FastifyPluginCallback } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demandAccounts } from '../../src/identity/hosts.ts';
import { Accounts } from '../../src/identity/accounts.ts';
import { givePassword } from '../../src/identity/first-password.ts';
import { startIdentity } from './gateway.ts';

const whoAsks: FastifyPluginCallback = (app, _options, done) => {
  app.get('/who', { config: { policy: 'catalog.read' } }, (request) => request.actor);
  done();
};

let gateway: Awaited<ReturnType<typeof startIdentity>>;
beforeAll(async () => {
  gateway = await startIdentity(() => [whoAsks]);
});
afterAll(() => gateway.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
async function ask(method: Method, url: string, token: string | null = gateway.token, payload?: object) {
  const answer = await gateway.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    ...(payload === undefined ? {} : { payload }),
  });
  const json: unknown = /^[[{]/.test(answer.body) ? answer.json() : null;
  const code = json !== null && typeof json === 'object' && 'code' in json ? json.code : undefined;
  return { status: answer.statusCode, code, json, text: answer.body, session: answer.cookies[0]?.value ?? '' };
}
const password = 'correct horse battery';
const signIn = (account: string, word = password) => ask('POST', '/session', null, { account, password: word });
const add = (id: string, roles = ['approver'], more: object = { password }) =>
  ask('POST', '/accounts', gateway.token, { id, roles, ...more });
const events = async (account: string) =>
  (
    await gateway.database.query<{ kind: string }>('select kind from cairn.event where subject = $1 order by seq', [
      `account:${account}`,
    ])
  ).map(({ kind }) => kind);

describe('an account', () => {
  test('is added by an administrator, signs in by its password, and has its roles', async () => {
    expect(await add('devi')).toMatchObject({ status: 201, json: { id: 'devi', hasPassword: true, disabled: false } });
    const { status, session } = await signIn('devi');
    expect(status).toBe(200);
    expect((await ask('GET', '/who', session)).json).toEqual({ id: 'devi', roles: ['approver'] });
    expect((await ask('GET', '/session', session)).json).toEqual({ id: 'devi', roles: ['approver'] });
    expect(await ask('GET', '/session', null)).toMatchObject({ status: 401, code: 'not-signed-in' });
    expect(await ask('GET', '/accounts', session)).toMatchObject({ status: 403, code: 'not-allowed' });
    expect(await ask('POST', '/accounts', session, { id: 'more', roles: ['administrator'] })).toMatchObject({
      status: 403,
    });
    expect(await add('devi')).toMatchObject({ status: 409, code: 'conflict' });
    expect(await events('devi')).toEqual(['account.created', 'session.started']);
  });

  test('that signs out leaves a token of nobody; signing out by a token of another kind does not end it', async () => {
    await add('leaves');
    const { session } = await signIn('leaves');
    expect((await ask('DELETE', '/session', session)).status).toBe(204);
    expect(await ask('GET', '/who', session)).toMatchObject({ status: 401, code: 'not-signed-in' });
    expect((await events('leaves')).at(-1)).toBe('session.ended');
    expect((await ask('DELETE', '/session', gateway.token)).status).toBe(204);
    expect((await ask('GET', '/who', gateway.token)).status).toBe(200);
  });

  test('is kept with an argon2id hash of at least what OWASP asks for, which no answer tells', async () => {
    const [row] = await gateway.database.query<{ password: string }>(
      "select password from cairn.account where id = 'devi'",
    );
    const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/.exec(row?.password ?? '') ?? [];
    expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
    expect(Number(passes)).toBeGreaterThanOrEqual(2);
    expect((await ask('GET', '/accounts')).text).not.toContain('argon2');
  });

  test.each([
    [{ id: 'x', roles: ['king'] }],
    [{ id: 'x', roles: [] }],
    [{ id: 'X y', roles: ['mapper'] }],
    [{ id: 'x', roles: ['mapper'], password: 'short' }],
  ])('is refused as %j', async (account) => {
    expect(await ask('POST', '/accounts', gateway.token, account)).toMatchObject({
      status: 400,
      code: 'input-invalid',
    });
  });

  test('is told the same, after the same work, whether name, password or account is wrong', async () => {
    await add('gone', ['mapper']);
    await add('robot', ['mapper'], {});
    await ask('PATCH', '/accounts/gone', gateway.token, { disabled: true });
    // The least CPU time of three: whatever else this process does in between (it compiles, it collects) only adds to it.
    const refusal = async (account: string) => {
      const answers: { status: number; json: unknown; work: number }[] = [];
      for (let i = 0; i < 3; i++) {
        const before = process.cpuUsage();
        const { status, json } = await signIn(account, 'another word');
        const { user, system } = process.cpuUsage(before);
        answers.push({ status, json, work: user + system });
      }
      expect(answers.map(({ status, json }) => ({ status, json }))).toEqual(
        answers.map(() => ({ status: 401, json: answers[0]?.json })),
      );
      return { json: answers[0]?.json, work: Math.min(...answers.map(({ work }) => work)) };
    };
    const wrong = await refusal('devi');
    for (const account of ['nobody', 'gone', 'robot']) {
      const refused = await refusal(account);
      expect(refused.json).toEqual(wrong.json);
      expect(refused.work).toBeGreaterThan(wrong.work / 4);
    }
    expect((await signIn('devi')).status).toBe(200);
  });

  test('has to wait ever longer after five wrong passwords, whether or not it is there', async () => {
    await add('guessed', ['mapper']);
    for (const account of ['guessed', 'never-was']) {
      for (let i = 0; i < 5; i++) expect((await signIn(account, 'a wrong guess')).status).toBe(401);
      expect(await signIn(account)).toMatchObject({ status: 429, code: 'too-many-attempts' });
      gateway.clock.now += 1001;
      expect((await signIn(account, 'a wrong guess')).status).toBe(401);
      gateway.clock.now += 1001;
      expect((await signIn(account)).status).toBe(429);
      gateway.clock.now += 1000;
    }
    expect((await signIn('guessed')).status).toBe(200);
    expect((await signIn('guessed', 'a wrong guess')).status).toBe(401);
    expect((await signIn('guessed')).status).toBe(200);
  });

  test('that is disabled speaks by no session and no token, and may come back', async () => {
    await add('leaving', ['mapper']);
    const { session } = await signIn('leaving');
    const { token } = (await ask('POST', '/tokens', session, { name: 'a script' })).json as IssuedToken;
    expect([(await ask('GET', '/who', session)).status, (await ask('GET', '/who', token)).status]).toEqual([200, 200]);
    await ask('PATCH', '/accounts/leaving', gateway.token, { disabled: true });
    expect([(await ask('GET', '/who', session)).status, (await ask('GET', '/who', token)).status]).toEqual([401, 401]);
    await ask('PATCH', '/accounts/leaving', gateway.token, { disabled: false, roles: ['scientist'] });
    expect((await ask('GET', '/who', token)).json).toEqual({ id: 'leaving', roles: ['scientist'] });
    expect((await ask('GET', '/who', session)).status).toBe(401);
  });

  test('changes its own password by naming the old one, which ends its sessions', async () => {
    await add('amina', ['mapper']);
    const { session } = await signIn('amina');
    const change = (account: string, body: object) => ask('PUT', `/accounts/${account}/password`, session, body);
    const next = 'another good password';
    expect(await change('devi', { password: next, current: password })).toMatchObject({ status: 403 });
    expect(await change('amina', { password: next })).toMatchObject({ status: 403, code: 'not-allowed' });
    expect(await change('amina', { password: next, current: password })).toMatchObject({ status: 204 });
    expect((await ask('GET', '/who', session)).status).toBe(401);
    expect([(await signIn('amina')).status, (await signIn('amina', next)).status]).toEqual([401, 200]);
    await ask('PUT', '/accounts/amina/password', gateway.token, { password });
    expect((await signIn('amina')).status).toBe(200);
    expect(await events('amina')).toContain('account.password-set');
  });

  test('without a password is given one by no token of fewer roles', async () => {
    await add('flights', ['mapper', 'scientist'], {});
    const issue = async (roles?: string[]) =>
      (await ask('POST', '/tokens', gateway.token, { name: 'x', account: 'flights', roles })).json as IssuedToken;
    const [less, all] = [await issue(['mapper']), await issue()];
    expect((await ask('GET', '/who', less.token)).json).toEqual({ id: 'flights', roles: ['mapper'] });
    const give = (token: string) => ask('PUT', '/accounts/flights/password', token, { password });
    expect(await give(less.token)).toMatchObject({ status: 403, code: 'not-allowed' });
    expect((await signIn('flights')).status).toBe(401);
    expect(await give(all.token)).toMatchObject({ status: 204 });
    expect((await signIn('flights')).status).toBe(200);
  });

  test('of the owner stays an administrator', async () => {
    for (const change of [{ disabled: true }, { roles: ['mapper'] }]) {
      expect(await ask('PATCH', '/accounts/owner', gateway.token, change)).toMatchObject({ status: 409 });
    }
    expect(await ask('PATCH', '/accounts/none', gateway.token, { disabled: true })).toMatchObject({ status: 404 });
  });
});

describe('an API token', () => {
  test('is shown once, listed without itself, speaks until it is revoked or runs out', async () => {
    await add('program', ['mapper'], {});
    const issued = await ask('POST', '/tokens', gateway.token, { name: 'nightly', days: 1, account: 'program' });
    const { id, token } = issued.json as IssuedToken;
    expect(issued.status).toBe(201);
    expect((await ask('GET', '/who', token)).json).toEqual({ id: 'program', roles: ['mapper'] });
    const list = await ask('GET', '/tokens', token);
    expect(list.json).toEqual([expect.objectContaining({ id, account: 'program', name: 'nightly' })]);
    expect(list.text).not.toContain(token);
    expect(await ask('DELETE', `/tokens/${id}`, token)).toMatchObject({ status: 204 });
    expect((await ask('GET', '/who', token)).status).toBe(401);
    expect(await events('program')).toEqual(['account.created', 'token.issued', 'token.revoked']);

    const short = (await ask('POST', '/tokens', gateway.token, { name: 'short' })).json as IssuedToken;
    await gateway.database.query("update cairn.token set expires = now() - interval '1 s' where id = $1", [short.id]);
    expect((await ask('GET', '/who', short.token)).status).toBe(401);
  });

  test('of somebody else is an administrator’s to give and to revoke', async () => {
    await add('other', ['scientist']);
    const { session } = await signIn('other');
    const own = (await ask('POST', '/tokens', gateway.token, { name: 'mine' })).json as IssuedToken;
    expect(await ask('POST', '/tokens', session, { name: 'x', account: 'owner' })).toMatchObject({ status: 403 });
    expect(await ask('DELETE', `/tokens/${own.id}`, session)).toMatchObject({ status: 404 });
    expect(await ask('POST', '/tokens', gateway.token, { name: 'x', account: 'none' })).toMatchObject({ status: 404 });
    expect((await ask('GET', '/who', own.token)).status).toBe(200);
  });

  test('opens no session, which would outlive it', async () => {
    const { token } = (await ask('POST', '/tokens', gateway.token, { name: 'a browser' })).json as IssuedToken;
    expect(await ask('POST', '/session', null, { token })).toMatchObject({ status: 401, code: 'not-signed-in' });
  });
});

describe('a gateway beyond loopback', () => {
  test('is given a first password where the owner has none, and never another', async () => {
    const accounts = new Accounts({ database: gateway.database, tokens: gateway.tokens });
    await givePassword(accounts, 'the first of all');
    await givePassword(accounts, 'one that comes too late');
    expect((await signIn('owner', 'the first of all')).status).toBe(200);
    expect((await signIn('owner', 'one that comes too late')).status).toBe(401);
    expect((await events('owner')).filter((kind) => kind === 'account.password-set')).toHaveLength(1);
  });

  test('listens only where somebody has a password', async () => {
    const nobody = { anyPassword: () => Promise.resolve(false) };
    for (const host of ['0.0.0.0', '::', '10.1.2.3', '127.0.0.1.example', 'localhost.example']) {
      await expect(demandAccounts(host, nobody)).rejects.toMatchObject({ code: 'accounts-missing' });
    }
    for (const host of ['127.0.0.1', '127.0.1.1', '::1', 'localhost']) await demandAccounts(host, nobody);
    await demandAccounts('10.1.2.3', gateway.accounts);
  });

  test('may do no more than the roles it was made with, nor more than its account may now, and makes none that may more', async () => {
    await add('narrow', ['scientist', 'approver']);
    const { session } = await signIn('narrow');
    const asked = { name: 'reads', roles: ['scientist'] };
    const issued = (await ask('POST', '/tokens', session, asked)).json as IssuedToken;
    expect(issued.roles).toEqual(['scientist']);
    expect((await ask('GET', '/who', issued.token)).json).toMatchObject({ id: 'narrow', roles: ['scientist'] });
    const listed = (await ask('GET', '/tokens', session)).json as IssuedToken[];
    expect(listed).toMatchObject([{ name: 'reads', roles: ['scientist'] }]);
    const beyond = { name: 'x', roles: ['approver'] };
    expect(await ask('POST', '/tokens', issued.token, beyond)).toMatchObject({ status: 400, code: 'input-invalid' });
    const child = (await ask('POST', '/tokens', issued.token, { name: 'child' })).json as IssuedToken;
    expect((await ask('GET', '/who', child.token)).json).toMatchObject({ roles: ['scientist'] });
    const none = { name: 'x', account: 'narrow', roles: ['administrator'] };
    expect(await ask('POST', '/tokens', gateway.token, none)).toMatchObject({ status: 400, code: 'input-invalid' });
    await ask('PATCH', '/accounts/narrow', gateway.token, { roles: ['approver'] });
    expect((await ask('GET', '/who', issued.token)).status).toBe(403);
    expect((await ask('GET', '/who', session)).json).toMatchObject({ roles: ['approver'] });
  });
});
