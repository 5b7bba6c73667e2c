import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { generateKey } from '@cairn/receipt';
import fastify, { type FastifyPluginCallback } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/identity/actor.ts';
import { guard } from '../../src/identity/guard.ts';
import { Hosts } from '../../src/identity/hosts.ts';
import { readKeys } from '../../src/identity/keys.ts';
import { claimSigningKey } from '../../src/identity/signing-key.ts';
import { readOwnerToken } from '../../src/identity/owner-token.ts';
import { allows, policy, type PolicyEntry } from '../../src/identity/policy.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import { startIdentity } from './gateway.ts';

const whoAsks: FastifyPluginCallback = (app, _options, done) => {
  app.get('/who', { config: { policy: 'catalog.read' } }, (request) => request.actor);
  app.post('/change', { config: { policy: 'versions.approve' } }, (request) => request.actor);
  app.post('/step', { config: { policy: 'mlflow.use' } }, (request) => request.actor);
  app.get('/open', { config: { policy: 'health.read' } }, (request) => request.actor);
  done();
};

type Gateway = Awaited<ReturnType<typeof startIdentity>>;
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startIdentity(() => [whoAsks]);
});
afterAll(() => gateway.close());

type Method = 'GET' | 'POST' | 'DELETE';
async function ask(method: Method, url: string, headers: Record<string, string> = {}, payload?: object) {
  const answer = await gateway.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1:8080', ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const json = answer.body.startsWith('{') ? answer.json<Record<string, unknown>>() : {};
  return { status: answer.statusCode, code: json['code'], json, cookies: answer.cookies, text: answer.body };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function signIn() {
  const { cookies } = await ask('POST', '/session', {}, { token: gateway.token });
  const [cookie] = cookies;
  return { cookie, headers: { cookie: `${cookie?.name}=${cookie?.value}` } };
}

describe('a request', () => {
  test('without a token is told to bring one, unless anyone may', async () => {
    expect(await ask('GET', '/who')).toMatchObject({ status: 401, code: 'not-signed-in' });
    expect(await ask('GET', '/who', bearer('cairn_wrong'))).toMatchObject({ status: 401 });
    expect(await ask('GET', '/who', bearer(`cairn_${'A'.repeat(43)}`))).toMatchObject({ status: 401 });
    expect(await ask('GET', '/open')).toMatchObject({ status: 200, json: { id: 'nobody', roles: [] } });
  });

  test('with the owner’s token comes from the owner, who holds every role', async () => {
    expect((await ask('GET', '/who', bearer(gateway.token))).json).toEqual({
      id: 'owner',
      roles: ['mapper', 'scientist', 'approver', 'administrator'],
    });
  });

  test.each(['127.0.0.1', '127.0.0.1:1', 'localhost:8080', 'LOCALHOST', '[::1]:8080'])(
    'is served at %s',
    async (host) => {
      expect(await ask('GET', '/open', { host })).toMatchObject({ status: 200 });
    },
  );

  test.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    '[::2]',
  ])('that names the host %s is refused, also where anyone may', async (host) => {
    expect(await ask('GET', '/open', { host })).toMatchObject({ status: 403, code: 'host-refused' });
    expect(await ask('GET', '/nothing', { host })).toMatchObject({ status: 403, code: 'host-refused' });
  });

  test('from another page that would change something is refused, even with a token', async () => {
    const from = (origin: string) => ask('POST', '/change', { ...bearer(gateway.token), origin });
    expect(await from('http://evil.example')).toMatchObject({ status: 403, code: 'not-allowed' });
    expect(await from('http://127.0.0.1:9999')).toMatchObject({ status: 403 });
    expect(await from('null')).toMatchObject({ status: 403 });
    expect(await from('http://127.0.0.1:8080')).toMatchObject({ status: 200 });
  });
});

describe('a browser’s session', () => {
  test('is a cookie that no script reads and no other page sends', async () => {
    const { cookie } = await signIn();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toBe(gateway.token);
  });

  test('reads with the cookie alone, and changes only from Cairn’s own page', async () => {
    const { headers } = await signIn();
    expect(await ask('GET', '/who', headers)).toMatchObject({ status: 200, json: { id: 'owner' } });
    expect(await ask('POST', '/change', headers)).toMatchObject({ status: 403, code: 'not-allowed' });
    expect(await ask('POST', '/change', { ...headers, origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await ask('POST', '/change', { ...headers, origin: 'http://127.0.0.1:8080' })).toMatchObject({
      status: 200,
    });
  });

  test('ends for good when it is signed out, and the owner’s token stays', async () => {
    const { headers } = await signIn();
    expect(await ask('GET', '/who', headers)).toMatchObject({ status: 200 });
    expect(await ask('DELETE', '/session', { ...headers, origin: 'http://127.0.0.1:8080' })).toMatchObject({
      status: 204,
    });
    expect(await ask('GET', '/who', headers)).toMatchObject({ status: 401 });
    expect(await ask('GET', '/who', bearer(gateway.token))).toMatchObject({ status: 200 });
  });

  test('is not opened by a wrong token, or one of a job', async () => {
    const step = await gateway.database.transaction((tx) => gateway.tokens.issueJob(tx, 'job-0', { id: 'owner' }));
    for (const token of ['wrong', step]) {
      expect(await ask('POST', '/session', {}, { token })).toMatchObject({ status: 401, code: 'not-signed-in' });
    }
    expect(await ask('POST', '/session', {}, { tokens: 1 })).toMatchObject({ status: 400, code: 'input-invalid' });
  });

  test('runs out', async () => {
    const { headers } = await signIn();
    await gateway.database.query(`update cairn.token set expires = now() - interval '1 s' where kind = 'session'`);
    expect(await ask('GET', '/who', headers)).toMatchObject({ status: 401 });
  });
});

describe('a step of a job', () => {
  test('reaches MLflow and nothing else, until its job ends', async () => {
    const { database, tokens } = gateway;
    const token = await database.transaction((tx) => tokens.issueJob(tx, 'job-1', { id: 'owner' }));
    expect((await ask('POST', '/step', bearer(token))).json).toEqual({ id: 'owner', roles: [], jobId: 'job-1' });
    expect(await ask('GET', '/who', bearer(token))).toMatchObject({ status: 403, code: 'not-allowed' });
    expect(await ask('POST', '/change', bearer(token))).toMatchObject({ status: 403 });
    await database.transaction((tx) => tokens.revokeJob(tx, 'job-1'));
    expect(await ask('POST', '/step', bearer(token))).toMatchObject({ status: 401 });
  });

  test('has no token where the transaction that issued it was rolled back', async () => {
    let token = '';
    const failing = gateway.database.transaction(async (tx) => {
      token = await gateway.tokens.issueJob(tx, 'job-2', { id: 'owner' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await ask('POST', '/step', bearer(token))).toMatchObject({ status: 401 });
  });
});

describe('the database', () => {
  test('keeps no token, only digests', async () => {
    const rows = await gateway.database.query<{ digest: string }>('select digest from cairn.token');
    expect(rows.length).toBeGreaterThan(0);
    for (const { digest } of rows) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(rows)).not.toContain(gateway.token);
  });

  test('has an event for every account, token and session that came or went', async () => {
    const rows = await gateway.database.query<{ kind: string }>('select distinct kind from cairn.event order by kind');
    expect(rows.map(({ kind }) => kind)).toEqual([
      'account.created',
      'session.ended',
      'session.started',
      'token.issued',
    ]);
  });
});

describe('the owner’s token', () => {
  test('lies in a file for its owner only, and stays the same', async () => {
    const file = join(gateway.home, 'token');
    await chmod(file, 0o644);
    expect(await readOwnerToken(gateway.home)).toBe(gateway.token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('is made anew where its file is gone, and the old one speaks for nobody then', async () => {
    const { home, token } = gateway;
    const file = join(home, 'token');
    await writeFile(file, 'not a token');
    const next = await readOwnerToken(home);
    expect(next).not.toBe(token);
    const tokens = new Tokens({ database: gateway.database });
    await tokens.ensureOwner(next);
    expect(await tokens.resolve(next)).toMatchObject({ id: 'owner' });
    expect(await tokens.resolve(token)).toBeUndefined();
    await tokens.ensureOwner(token);
    await writeFile(file, token);
  });
});

describe('the signing key', () => {
  test('is ECDSA P-256, for its owner only, the same at every start, its public half served to anyone', async () => {
    const { home, keys } = gateway;
    expect(await readKeys(home)).toEqual(keys);
    expect((await stat(join(home, 'keys/cairn.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'keys'))).mode & 0o777).toBe(0o700);
    expect(createPrivateKey(keys.privateKeyPem).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const derived = createPublicKey(keys.privateKeyPem).export({ type: 'spki', format: 'pem' });
    expect((await ask('GET', '/keys/cairn.pub')).text).toBe(derived);
    expect(await readFile(join(home, 'keys/cairn.pub'), 'utf8')).toBe(derived);
  });

  test('that cannot be read stops the start instead of being replaced', async () => {
    const file = join(gateway.home, 'keys/cairn.key');
    await writeFile(file, 'damaged');
    await expect(readKeys(gateway.home)).rejects.toMatchObject({ more: { where: file } });
    expect(await readFile(file, 'utf8')).toBe('damaged');
    await writeFile(file, gateway.keys.privateKeyPem);
  });

  test('that is given and cannot be read is named by its setting, and is not told', async () => {
    const given = '-----BEGIN PRIVATE KEY-----of-a-test-----END PRIVATE KEY-----';
    const refused: unknown = await readKeys(gateway.home, given).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'input-invalid', more: { where: 'CAIRN_SIGNING_KEY' } });
    expect(String(refused)).not.toContain('of-a-test');
  });

  test('is the one of the database, until it is said to be lost, which is recorded once', async () => {
    const { database, keys } = gateway;
    await claimSigningKey(database, keys);
    await claimSigningKey(database, keys);
    const [other, third] = [generateKey(), generateKey()].map(({ publicKey: { keyid } }) => ({
      keyid,
      source: 'file',
    }));
    await expect(claimSigningKey(database, other!)).rejects.toMatchObject({ code: 'signing-key-differs' });
    await expect(claimSigningKey(database, other!, third!.keyid)).rejects.toMatchObject({
      code: 'signing-key-differs',
    });
    // The setting may stay where it was given: it replaces no key but the lost one.
    for (let start = 0; start < 2; start++) await claimSigningKey(database, other!, keys.keyid);
    await expect(claimSigningKey(database, third!, keys.keyid)).rejects.toMatchObject({
      message: expect.stringContaining(other!.keyid) as string,
    });
    const events = await database.query("select data from cairn.event where kind = 'signing-key.replaced'");
    expect(events).toEqual([{ data: { lost: keys.keyid } }]);
  });
});

describe('the policy table', () => {
  const entries = Object.keys(policy) as PolicyEntry[];
  const as = (...roles: Actor['roles']): Actor => ({ id: 'x', roles });

  test('lets the single owner do everything', () => {
    expect(entries.filter((entry) => !allows(entry, as('mapper', 'scientist', 'approver', 'administrator')))).toEqual(
      [],
    );
  });

  test('lets a mapper predict, and not register, train or approve', () => {
    expect(allows('execute.predict', as('mapper'))).toBe(true);
    for (const entry of ['execute.register-model', 'execute.train-model', 'versions.approve'] as const) {
      expect(allows(entry, as('mapper'))).toBe(false);
    }
  });

  test('lets nobody approve by being an administrator or a scientist', () => {
    expect(allows('versions.approve', as('administrator', 'scientist', 'mapper'))).toBe(false);
    expect(allows('versions.approve', as('approver'))).toBe(true);
  });

  test('makes a start fail whose route names no entry of it', async () => {
    const parts = { tokens: gateway.tokens, hosts: new Hosts({ host: '127.0.0.1' }) };
    for (const config of [{}, { policy: 'toString' as PolicyEntry }]) {
      const app = fastify();
      guard(parts)(app);
      expect(() => app.get('/forgotten', { config }, () => 'x')).toThrow(/GET \/forgotten names no entry/);
      await app.close();
    }
  });
});
