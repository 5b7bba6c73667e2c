import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkInputs } from '../../src/jobs/inputs.ts';
import { acceptJob, findJob } from '../../src/jobs/job-change.ts';
import { shadowing } from '../../src/registry/shadow-row.ts';
import { Shadows } from '../../src/registry/shadows.ts';
import { approver, openRegistry, owner, type TestRegistry } from './registry-fixture.ts';

let registry: TestRegistry;
let shadows: Shadows;
beforeAll(async () => {
  registry = await openRegistry();
  shadows = new Shadows(registry);
  await registry.database.query('insert into cairn.account (id, roles) values ($1, $2)', [owner.id, owner.roles]);
});
afterAll(async () => registry.close());

const reason = 'It is said to be better on slates.';
let model = '';
let models = 0;
/** A model whose default is version 1; version 2 is in production beside it, 3 and 4 are in staging, 5 is a candidate. */
beforeEach(async () => {
  model = `roofs-${++models}`;
  for (const version of [1, 2, 3, 4, 5]) await registry.propose(model, version);
  for (const version of [1, 2]) await registry.approve(model, version);
  for (const version of [3, 4]) await move(version, 'staging');
});

const move = (version: number, to: 'staging' | 'production' | 'archived' | 'revoked', makeDefault = false) =>
  registry.approvals.changeStage(model, version, { to, reason, ...(makeDefault ? { makeDefault } : {}) }, approver);
const set = (version: number, share = 1, name = model) => shadows.set(name, { version, share, reason }, approver);
const current = async () => (await shadows.get(model)).shadow?.version ?? null;
const aliases = async (version: number): Promise<string[]> => (await registry.versions.get(model, version)).aliases;
const drawnOf = async (version: number, count: number) => {
  const row = await registry.versions.get(model, version);
  const asked = Array.from({ length: count }, (_, i) => shadowing(registry.database, row, `request ${i}`));
  return (await Promise.all(asked)).map((shadow) => shadow?.version ?? null);
};

describe('a shadow', () => {
  it('is a version in staging or production that is not the default', async () => {
    await expect(set(5)).rejects.toMatchObject({ code: 'stage-transition-refused' });
    await expect(set(1)).rejects.toMatchObject({ code: 'conflict' });
    await expect(set(9)).rejects.toMatchObject({ code: 'not-found' });
    await expect(set(1, 1, 'nobody')).rejects.toMatchObject({ code: 'not-found' });
    expect(await shadows.get(model)).toEqual({ shadow: null, record: null });
    await move(4, 'revoked');
    await expect(set(4)).rejects.toMatchObject({ code: 'stage-transition-refused' });
    for (const version of [2, 3]) expect(await set(version, 0.5)).toMatchObject({ version: `${model}/${version}` });
  });

  it('gets its share of what the default and the canary answered, drawn apart from the share of the canary', async () => {
    await set(3, 0.3);
    const drawn = await drawnOf(1, 150);
    const share = drawn.filter((version) => version === 3).length / drawn.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.42);
    expect(await drawnOf(1, 150)).toEqual(drawn);
    await set(3, 0.6);
    const more = await drawnOf(1, 150);
    for (const [i, version] of drawn.entries()) if (version === 3) expect(more[i]).toBe(3);

    expect((await drawnOf(2, 20)).filter((version) => version !== null)).toEqual([]);
    await registry.database.query(
      "update cairn.version set aliases = array['canary'] where model = $1 and version = 2",
      [model],
    );
    expect((await drawnOf(2, 20)).some((version) => version === 3)).toBe(true);
    await set(2);
    expect((await drawnOf(2, 20)).filter((version) => version !== null)).toEqual([]);
  });

  it('is told with who asked for it and why, is an alias, and leaves events', async () => {
    await set(3, 0.2);
    const { shadow, record } = await shadows.get(model);
    expect(shadow).toMatchObject({ version: `${model}/3`, share: 0.2, actor: 'devi', reason });
    expect(record).toEqual({ version: `${model}/3`, compared: 0, waiting: 0, failed: 0, beside: [] });
    expect(await aliases(3)).toEqual(['shadow']);
    await shadows.end(model, approver);
    await shadows.end(model, approver);
    expect(await shadows.get(model)).toEqual({ shadow: null, record: null });
    expect(await aliases(3)).toEqual([]);
    const events = await registry.database.query<{ kind: string }>(
      "select kind from cairn.event where subject = $1 and kind like 'model.shadow-%' order by seq",
      [`model:${model}`],
    );
    expect(events.map(({ kind }) => kind)).toEqual(['model.shadow-set', 'model.shadow-ended']);
  });

  it('stays when it is approved, and ends when it is the default, laid aside or revoked', async () => {
    await set(3);
    await move(3, 'production');
    expect(await current()).toBe(`${model}/3`);
    await move(3, 'production', true);
    expect(await current()).toBeNull();
    expect(await aliases(3)).toEqual(['production']);
    await set(4);
    await move(4, 'archived');
    expect(await current()).toBeNull();
    await set(2);
    await move(2, 'revoked');
    expect(await current()).toBeNull();
    expect(await aliases(2)).toEqual([]);
  });

  it('ends with what waits for it, also where it gives way to another', async () => {
    const { database } = registry;
    const accept = async (version: number, prediction: string) => {
      const inputs = checkInputs('shadow-prediction', {
        prediction: prediction.repeat(20),
        version: `${model}/${version}`,
      });
      return (await database.transaction((tx) => acceptJob(tx, 'shadow-prediction', inputs, approver)))!.id;
    };
    const statuses = (ids: string[]) => Promise.all(ids.map(async (id) => (await findJob(database, id)).status));
    await set(3);
    const first = [await accept(3, 'a'), await accept(3, 'b')];
    expect((await shadows.get(model)).record).toMatchObject({ waiting: 2 });
    await set(3, 0.5);
    expect(await statuses(first)).toEqual(['accepted', 'accepted']);
    await set(4);
    expect(await statuses(first)).toEqual(['dismissed', 'dismissed']);
    const second = [await accept(4, 'a')];
    await database.query("update cairn.job set status = 'running' where id = $1", second);
    await shadows.end(model, approver);
    expect(await findJob(database, second[0]!)).toMatchObject({ status: 'running', cancel: true });
  });
});
