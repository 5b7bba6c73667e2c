import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answering } from '../../src/registry/answering.ts';
import { Canaries } from '../../src/registry/canaries.ts';
import { approver, openRegistry, owner, type TestRegistry } from './registry-fixture.ts';

let registry: TestRegistry;
let canaries: Canaries;
beforeAll(async () => {
  registry = await openRegistry();
  canaries = new Canaries(registry);
  await registry.database.query('insert into cairn.account (id, roles) values ($1, $2)', [owner.id, owner.roles]);
});
afterAll(async () => registry.close());

const reason = 'It is said to be better on slates.';
let model = '';
let models = 0;
/** A model with two versions in production, of which the first is the default, and a candidate. */
beforeEach(async () => {
  model = `roofs-${++models}`;
  for (const version of [1, 2, 3]) await registry.propose(model, version);
  for (const version of [1, 2]) await registry.approve(model, version);
});

const asked = async (what: number, ref = model) => {
  const named = await registry.versions.production(ref);
  const { version, route } = await answering(registry.versions, registry.database, ref, named, { what });
  return { version: version.version, route };
};
const aliases = async (version: number): Promise<string[]> => (await registry.versions.get(model, version)).aliases;
const events = async (): Promise<string[]> =>
  (
    await registry.database.query<{ kind: string }>('select kind from cairn.event where subject = $1 order by seq', [
      `model:${model}`,
    ])
  ).map(({ kind }) => kind);

describe('a canary', () => {
  it('answers its share of the requests that name no version, each request the same every time', async () => {
    await canaries.set(model, { version: 2, share: 0.3, reason }, approver);
    const first = await Promise.all(Array.from({ length: 150 }, (_, what) => asked(what)));
    const share = first.filter(({ version }) => version === 2).length / first.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.42);
    for (const { version, route } of first) {
      expect(route).toEqual({ alias: version === 2 ? 'canary' : 'production', share: 0.3 });
    }
    expect(await Promise.all(first.map((_, what) => asked(what)))).toEqual(first);

    await canaries.set(model, { version: 2, share: 0.6, reason }, approver);
    for (const [what, { version }] of first.entries()) if (version === 2) expect((await asked(what)).version).toBe(2);
  });

  it('leaves requests alone that name a version', async () => {
    await canaries.set(model, { version: 2, share: 0.999, reason }, approver);
    for (let what = 0; what < 20; what++) {
      expect(await asked(what, `${model}/1`)).toEqual({ version: 1, route: null });
    }
  });

  it('is told with who asked for it and why, is an alias, and leaves events', async () => {
    expect(await canaries.get(model)).toBeNull();
    await canaries.set(model, { version: 2, share: 0.1, reason }, approver);
    const told = { version: `${model}/2`, share: 0.1, actor: 'devi', reason };
    expect(await canaries.get(model)).toMatchObject(told);
    expect(await aliases(2)).toEqual(['canary']);
    await canaries.end(model, approver);
    await canaries.end(model, approver);
    expect(await canaries.get(model)).toBeNull();
    expect(await aliases(2)).toEqual([]);
    expect(await asked(1)).toEqual({ version: 1, route: null });
    expect((await events()).slice(-2)).toEqual(['model.canary-set', 'model.canary-ended']);
  });

  it('ends when its version is the default, or leaves production', async () => {
    await canaries.set(model, { version: 2, share: 0.5, reason }, approver);
    const change = { to: 'production', reason, makeDefault: true } as const;
    await registry.approvals.changeStage(model, 2, change, approver);
    expect(await canaries.get(model)).toBeNull();
    expect(await aliases(2)).toEqual(['production']);

    await canaries.set(model, { version: 1, share: 0.5, reason }, approver);
    await registry.approvals.changeStage(model, 1, { to: 'revoked', reason }, approver);
    expect(await canaries.get(model)).toBeNull();
    expect(await aliases(1)).toEqual([]);
  });

  it('stays where another version is approved, and gives way to another canary', async () => {
    await canaries.set(model, { version: 2, share: 0.5, reason }, approver);
    await registry.approve(model, 3);
    expect(await canaries.get(model)).toMatchObject({ version: `${model}/2` });
    await canaries.set(model, { version: 3, share: 0.2, reason }, approver);
    expect(await canaries.get(model)).toMatchObject({ version: `${model}/3`, share: 0.2 });
    expect([await aliases(2), await aliases(3)]).toEqual([[], ['canary']]);
  });

  it('cannot be a version that nobody has approved, the default, or one that is not there', async () => {
    const set = (version: number, name = model) => canaries.set(name, { version, share: 0.5, reason }, approver);
    await expect(set(3)).rejects.toMatchObject({ code: 'version-not-in-production' });
    await expect(set(1)).rejects.toMatchObject({ code: 'conflict' });
    await expect(set(9)).rejects.toMatchObject({ code: 'not-found' });
    await expect(set(1, 'nobody')).rejects.toMatchObject({ code: 'not-found' });
    expect(await canaries.get(model)).toBeNull();
  });
});
