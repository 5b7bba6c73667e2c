import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRevision } from '../../src/registry/package/revision.ts';
import { registryRoutes } from '../../src/registry/routes.ts';
import { packageFileAddress, weightsAddress } from '../../src/registry/version-item.ts';
import { startIdentity } from '../identity/gateway.ts';
import { registryOn, type RegistryParts } from './registry-fixture.ts';

let home: string;
let registry: RegistryParts;
let gateway: Awaited<ReturnType<typeof startIdentity>>;
let mapper: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-routes-'));
  gateway = await startIdentity((database) => {
    registry = registryOn(database, home);
    return [registryRoutes(registry)];
  });
  await registry.propose('m', 1, 'the weights');
  const account = { id: 'amina', roles: ['mapper'] };
  await gateway.database.query('insert into cairn.account (id, roles) values ($1, $2)', [account.id, account.roles]);
  mapper = await gateway.tokens.issueSession(account);
});
afterAll(async () => {
  await registry.outbox.stop();
  await gateway.close();
  await rm(home, { recursive: true, force: true });
});

const ask = (method: 'GET' | 'POST', url: string, payload?: object, token = gateway.token) =>
  gateway.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1', authorization: `Bearer ${token}` },
    ...(payload === undefined ? {} : { payload }),
  });

describe('the routes of the registry', () => {
  it('tell a model’s versions and one of them', async () => {
    const list = await ask('GET', '/models/m/versions', undefined, mapper);
    expect([list.statusCode, list.json<unknown>()]).toEqual([
      200,
      [expect.objectContaining({ id: 'm/1', stage: 'candidate' })],
    ]);
    const one = await ask('GET', '/models/m/versions/1');
    expect(one.json()).toMatchObject({ id: 'm/1', known: 'imported', metrics: { test_iou: 0.75 }, aliases: [] });
  });

  it.each([
    ['GET', '/models/none/versions', undefined, 404, 'not-found'],
    ['GET', '/models/m/versions/7', undefined, 404, 'not-found'],
    ['GET', '/models/m/versions/1e9', undefined, 400, 'input-invalid'],
    ['GET', '/models/M%20/versions', undefined, 400, 'input-invalid'],
    ['POST', '/models/m/versions/7/stage', { to: 'staging', reason: 'A trial.' }, 404, 'not-found'],
    ['POST', '/models/m/versions/1/stage', { to: 'heaven', reason: 'A trial.' }, 400, 'input-invalid'],
    ['POST', '/models/m/versions/1/stage', { to: 'staging', reason: '' }, 400, 'input-invalid'],
    [
      'POST',
      '/models/m/versions/1/stage',
      { to: 'staging', reason: 'A trial.', approvedBy: 'me' },
      400,
      'input-invalid',
    ],
    ['POST', '/models/m/versions/1/stage', { to: 'candidate', reason: 'Back again.' }, 409, 'stage-transition-refused'],
    [
      'POST',
      '/models/m/versions/1/stage',
      { to: 'production', reason: 'My own.', approveOwn: true },
      403,
      'approval-second-person',
    ],
    ['GET', `/models/m/revisions/${digestOf('none')}/files/a.py`, undefined, 404, 'not-found'],
  ] as const)('answer %s %s %j by %i %s', async (method, url, payload, status, code) => {
    const answer = await ask(method, url, payload);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('let only an approver change a stage', async () => {
    const change = { to: 'staging', reason: 'A trial.' };
    const refused = await ask('POST', '/models/m/versions/1/stage', change, mapper);
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'not-allowed']);
    const changed = await ask('POST', '/models/m/versions/1/stage', change);
    expect([changed.statusCode, changed.json<{ stage: string }>().stage]).toEqual([200, 'staging']);
  });

  it('tell each reader whether they may approve a version, by who made it', async () => {
    await registry.propose('ruled', 1);
    const rule = async (token?: string) =>
      (await ask('GET', '/models/ruled/versions/1/evidence', undefined, token)).json<{ rule: string }>().rule;
    const devi = { id: 'devi', roles: ['approver'] };
    await gateway.database.query('insert into cairn.account (id, roles) values ($1, $2)', [devi.id, devi.roles]);
    expect(await rule()).toBe('second-person');
    expect(await rule(mapper)).toBe('not-approver');
    expect(await rule(await gateway.tokens.issueSession(devi))).toBe('other');
    await gateway.database.query("update cairn.account set disabled = true where id <> 'owner'");
    expect(await rule()).toBe('own');
    await gateway.database.query('update cairn.account set disabled = false');
  });

  it('tell who approved what is in production, by the newest approval, and nothing of what no longer is', async () => {
    for (const version of [1, 2]) {
      await registry.propose('approved', version);
      await registry.approve('approved', version);
    }
    await ask('POST', '/models/approved/versions/1/stage', { to: 'archived', reason: 'Laid aside.' });
    const approvals = async () =>
      (await ask('GET', '/approvals', undefined, mapper)).json<{ version: string; actor: string; reason: string }[]>();
    expect(await approvals()).toEqual([
      expect.objectContaining({ version: 'approved/2', actor: 'devi', reason: 'Looks right.', approvedOwn: false }),
    ]);
    await registry.approve('approved', 1);
    expect((await approvals()).map(({ version }) => version)).toEqual(['approved/1', 'approved/2']);
  });

  it('give out weights, record and package files under the addresses that the catalogue names', async () => {
    const weights = await ask('GET', weightsAddress({ model: 'm', version: 1 }));
    expect([weights.statusCode, weights.body, weights.headers.etag]).toEqual([
      200,
      'the weights',
      `"${digestOf('the weights')}"`,
    ]);
    expect((await ask('GET', '/models/m/versions/1/record')).json()).toEqual({ parameters: { steps: 1 } });

    const { digest } = await registry.objects.put(new TextEncoder().encode('<script>'));
    const revision = digestOf('a revision');
    const row = { model: 'm', package_digest: revision, commit: null, environment_digest: digest, receipt: digest };
    await writeRevision(gateway.database, { ...row, files: [{ path: 'tiny/page é.html', digest }] });
    const file = await ask('GET', packageFileAddress('m', revision, 'tiny/page é.html'));
    expect([file.statusCode, file.body]).toEqual([200, '<script>']);
    expect(file.headers['content-type']).toBe('application/octet-stream');
    expect((await ask('GET', packageFileAddress('m', revision, '../../m.onnx'))).statusCode).toBe(404);
  });

  it('tell what would follow if a version left production', async () => {
    await registry.propose('leaving', 1);
    await registry.approve('leaving', 1);
    expect((await ask('GET', '/models/leaving/versions/1/departure', undefined, mapper)).json()).toMatchObject({
      predictions: 0,
      answers: { now: 'leaving/1', after: null },
    });
  });
});
