import { chmod, writeFile } from 'node:fs/promises';
import { digestOf, openBundle, readStatement } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/identity/actor.ts';
import { approver, openRegistry, owner, type TestRegistry } from './registry-fixture.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openRegistry();
  await registry.database.query('insert into cairn.account (id, roles) values ($1, $2)', [owner.id, owner.roles]);
});
afterAll(async () => registry.close());

const reason = 'Compared with the labels of the test part.';
const change = (
  model: string,
  version: number,
  to: 'staging' | 'production' | 'archived' | 'revoked',
  actor: Actor = approver,
) => registry.approvals.changeStage(model, version, { to, reason }, actor);
const events = async (subject: string): Promise<string[]> =>
  (
    await registry.database.query<{ kind: string }>('select kind from cairn.event where subject = $1 order by seq', [
      subject,
    ])
  ).map(({ kind }) => kind);

describe('a proposed version', () => {
  it('is a candidate of its author, with an event and a note to MLflow, and answers no prediction', async () => {
    const row = await registry.propose('proposed', 1);
    expect(row).toMatchObject({ stage: 'candidate', author: 'owner', aliases: [], bbox: [85.5, 27.6, 85.6, 27.7] });
    expect(row.record).toEqual({ parameters: { steps: 1 } });
    expect(await events('version:proposed/1')).toEqual(['version.proposed']);
    expect(await registry.outbox.pending()).toBeGreaterThan(0);
    await expect(registry.versions.production('proposed/1')).rejects.toMatchObject({
      code: 'version-not-in-production',
      message: 'Version proposed/1 is a candidate that nobody has approved yet.',
    });
    await expect(registry.versions.production('proposed')).rejects.toMatchObject({ code: 'version-not-in-production' });
  });

  it('is refused where its number is taken or the model has these weights already, and leaves nothing then', async () => {
    await registry.propose('twice', 1, 'same');
    await expect(registry.propose('twice', 1, 'other')).rejects.toMatchObject({ code: 'conflict' });
    await expect(registry.propose('twice', 2, 'same')).rejects.toMatchObject({ code: 'conflict' });
    expect(await events('version:twice/2')).toEqual([]);
    expect(await registry.versions.byWeights('twice', digestOf('same'))).toMatchObject({ version: 1 });
    expect(await registry.versions.byWeights('twice', digestOf('other'))).toBeNull();
  });
});

describe('asking for a version', () => {
  it('tells an unknown model and an unknown version from one that is not in production', async () => {
    await registry.propose('asked', 1);
    for (const ref of ['nobody', 'asked/7', 'nobody/1']) {
      await expect(registry.versions.production(ref)).rejects.toMatchObject({ code: 'not-found' });
    }
    await expect(registry.versions.list('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('lists versions, the newest first', async () => {
    await registry.propose('listed', 1);
    await registry.propose('listed', 2);
    expect((await registry.versions.list('listed')).map(({ version }) => version)).toEqual([2, 1]);
  });
});

describe('an approval', () => {
  it('by somebody else brings a version into production, with a receipt over its weights', async () => {
    const { weights_digest: weights, receipt: origin } = await registry.propose('approved', 1);
    const info = await change('approved', 1, 'production');
    expect(info).toMatchObject({ stage: 'production', aliases: ['production'] });
    const { approval } = await registry.versions.production('approved');
    expect(approval).toMatchObject({ actor: 'devi', reason, approved_own: false });
    const { predicate, subject } = readStatement(
      openBundle(await registry.receipts.get(registry.database, approval.receipt)).payload,
    );
    expect(predicate.facts.approver?.value).toEqual({
      name: 'devi',
      reason,
      at: approval.at.toISOString(),
      selfApproved: false,
    });
    expect(predicate.facts.weightsDigest).toEqual({ value: weights, known: 'witnessed' });
    expect(subject).toEqual([{ name: 'approved/1', digest: { sha256: weights.slice(7) } }]);
    expect(predicate.upstream).toEqual([{ kind: 'import', digest: origin }]);
    expect(await events('version:approved/1')).toEqual(['version.proposed', 'version.approved']);
    expect(await events('model:approved')).toEqual(['model.default-changed']);
  });

  it('of their own is refused to an author who does not say so', async () => {
    await registry.propose('own', 1);
    await expect(change('own', 1, 'production', owner)).rejects.toMatchObject({ code: 'approval-second-person' });
    expect(await registry.versions.get('own', 1)).toMatchObject({ stage: 'candidate', aliases: [] });
    expect(await events('version:own/1')).toEqual(['version.proposed']);
  });

  it('of their own is the single owner’s to give, and the receipt says so', async () => {
    await registry.propose('single', 1);
    const own = { to: 'production', reason, approveOwn: true } as const;
    await registry.approvals.changeStage('single', 1, own, owner);
    const { approval } = await registry.versions.production('single/1');
    expect(approval).toMatchObject({ actor: 'owner', approved_own: true });
    const bundle = await registry.receipts.get(registry.database, approval.receipt);
    expect(readStatement(openBundle(bundle).payload).predicate.facts.approver?.value).toMatchObject({
      selfApproved: true,
    });
  });

  it('of their own is nobody’s to give where there is a second account, or without every role', async () => {
    await registry.propose('second', 1);
    const own = { to: 'production', reason, approveOwn: true } as const;
    const scientist: Actor = { id: 'owner', roles: ['scientist', 'approver'] };
    const refused = { code: 'approval-second-person', more: { action: 'Ask somebody else who may approve.' } };
    await expect(registry.approvals.changeStage('second', 1, own, scientist)).rejects.toMatchObject(refused);
    await registry.database.query("insert into cairn.account (id, roles) values ('devi', '{approver}')");
    await expect(registry.approvals.changeStage('second', 1, own, owner)).rejects.toMatchObject(refused);
    await registry.database.query("delete from cairn.account where id = 'devi'");
  });

  it('is refused where the stored weights are no longer the registered ones', async () => {
    const { weights_digest: weights } = await registry.propose('changed', 1);
    const file = registry.objects.path(weights);
    await chmod(file, 0o600);
    await writeFile(file, 'other weights');
    await expect(change('changed', 1, 'production')).rejects.toMatchObject({
      code: 'weights-digest-mismatch',
      more: { where: 'changed/1' },
    });
    expect(await registry.versions.get('changed', 1)).toMatchObject({ stage: 'candidate' });
    // What is wrong with them may be put away.
    expect(await change('changed', 1, 'revoked')).toMatchObject({ stage: 'revoked' });
  });
});

describe('the default of a model', () => {
  it('stays where it is when another version is approved, and moves when that is asked for', async () => {
    for (const version of [1, 2]) {
      await registry.propose('several', version);
      await registry.approve('several', version);
    }
    expect(await registry.versions.production('several')).toMatchObject({ version: 1 });
    expect(await registry.versions.production('several/2')).toMatchObject({ stage: 'production', aliases: [] });
    const chosen = { to: 'production', reason, makeDefault: true } as const;
    await registry.approvals.changeStage('several', 2, chosen, approver);
    expect(await registry.versions.production('several')).toMatchObject({ version: 2 });
    expect(await registry.versions.get('several', 1)).toMatchObject({ stage: 'production', aliases: [] });
    await expect(registry.approvals.changeStage('several', 2, chosen, approver)).rejects.toMatchObject({
      code: 'stage-transition-refused',
    });
  });

  it('goes back to the last good version when the newest is archived, and comes back by a new approval', async () => {
    for (const version of [1, 2]) {
      await registry.propose('rolled', version);
      await registry.approve('rolled', version);
    }
    await change('rolled', 1, 'archived');
    expect(await registry.versions.production('rolled')).toMatchObject({ version: 2 });
    await change('rolled', 1, 'production');
    await change('rolled', 2, 'revoked');
    const back = await registry.versions.production('rolled');
    expect(back).toMatchObject({ version: 1, aliases: ['production'] });
    const [first] = await registry.database.query<{ receipt: string }>(
      "select receipt from cairn.stage_change where model = 'rolled' and version = 1 and to_stage = 'production' order by seq",
    );
    expect(back.approval.receipt).not.toBe(first?.receipt);
  });

  it('is nobody where no version is in production', async () => {
    await registry.propose('none', 1);
    await registry.approve('none', 1);
    await change('none', 1, 'archived');
    expect(await registry.versions.get('none', 1)).toMatchObject({ aliases: [] });
    await expect(registry.versions.production('none')).rejects.toMatchObject({ code: 'version-not-in-production' });
    await expect(
      registry.approvals.changeStage('none', 1, { to: 'revoked', reason, makeDefault: true }, approver),
    ).rejects.toMatchObject({ code: 'stage-transition-refused' });
  });
});
