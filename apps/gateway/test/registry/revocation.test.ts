import type { RevocationAsked } from '@cairn/contracts';
import { digestOf, openBundle, readPublicKey, readStatement, verifyEnvelope } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.ts';
import { predictionItem } from '../../src/inference/prediction-item.ts';
import { insertPrediction, type NewPrediction } from '../../src/inference/prediction-row.ts';
import { departureOf } from '../../src/registry/departure.ts';
import { Revocations } from '../../src/registry/revocation.ts';
import { versionItemId } from '../../src/registry/version-item.ts';
import { image, place } from '../catalog/items.ts';
import { approver, openRegistry, owner, type TestRegistry } from './registry-fixture.ts';

let registry: TestRegistry;
let catalog: Catalog;
let revocations: Revocations;
beforeAll(async () => {
  registry = await openRegistry();
  await registry.database.query('insert into cairn.account (id, roles) values ($1, $2)', [owner.id, owner.roles]);
  catalog = new Catalog(registry);
  await catalog.prepare();
  revocations = new Revocations(registry);
});
afterAll(async () => registry.close());

const reason = 'Its labels were drawn from another image.';
const revoke = (kind: RevocationAsked['kind'], id: string, dryRun = false) =>
  revocations.revoke({ kind, id, reason, dryRun }, approver);
const change = (model: string, version: number, to: 'production' | 'archived' | 'revoked') =>
  registry.approvals.changeStage(model, version, { to, reason }, approver);

/** Registers a version with its item in the catalogue, as a registration or a training does. */
async function propose(model: string, version: number): Promise<void> {
  const { database } = registry;
  const item = { ...image(versionItemId({ model, version })), collection: 'versions' };
  await database.transaction((tx) => catalog.upsert(tx, item));
  await registry.propose(model, version);
}

/** Leaves a prediction by a version, as the process does. */
async function predicted(id: string, model: string, version: number): Promise<string> {
  const receipt = digestOf(`receipt ${id}`);
  const row: NewPrediction = {
    id,
    request_digest: digestOf(`request ${id}`),
    model,
    version,
    imagery: 'town',
    geojson_digest: digestOf(`geojson ${id}`),
    features: 1,
    area_km2: 1,
    seconds: 1,
    receipt,
    actor: 'owner',
    asked: null,
  };
  await registry.database.transaction(async (tx) => {
    await insertPrediction(tx, row);
    const area = { ...place(0), missing: { km2: 0, gaps: [] } };
    await catalog.upsert(tx, predictionItem(row, ['building'], area, {}, 1, '2026-01-02T00:00:00Z'));
  });
  return receipt;
}

async function versionItem(model: string, version: number) {
  const item = await catalog.get('versions', versionItemId({ model, version }));
  const links = item['links'] as { rel: string; href: string }[];
  return {
    properties: item['properties'] as Record<string, unknown>,
    extensions: item['stac_extensions'],
    links: Object.fromEntries(
      links.filter(({ rel }) => rel.endsWith('-version')).map(({ rel, href }) => [rel, href.split('/').pop()]),
    ),
    derived: links.filter(({ rel }) => rel === 'derived_from'),
  };
}
const events = async (subject: string): Promise<string[]> =>
  (
    await registry.database.query<{ kind: string }>('select kind from cairn.event where subject = $1 order by seq', [
      subject,
    ])
  ).map(({ kind }) => kind);

describe('the items of versions', () => {
  it('tell stage, deprecation and the versions beside in the words of STAC, after every change', async () => {
    for (const version of [1, 2, 3]) await propose('linked', version);
    expect(await versionItem('linked', 2)).toMatchObject({
      properties: { version: '2', deprecated: false, 'cairn:stage': 'candidate', title: 'linked-2' },
      extensions: ['https://stac-extensions.github.io/version/v1.2.0/schema.json'],
      links: { 'predecessor-version': 'linked-1', 'successor-version': 'linked-3', 'latest-version': 'linked-3' },
      derived: [expect.anything()],
    });
    await change('linked', 1, 'production');
    expect((await versionItem('linked', 3)).links).toEqual({
      'predecessor-version': 'linked-2',
      'latest-version': 'linked-1',
    });
    await change('linked', 1, 'archived');
    await change('linked', 3, 'revoked');
    expect(await versionItem('linked', 1)).toMatchObject({
      properties: { deprecated: true, 'cairn:stage': 'archived' },
      links: { 'successor-version': 'linked-2', 'latest-version': 'linked-2' },
    });
    expect((await versionItem('linked', 3)).properties).toMatchObject({ deprecated: true, 'cairn:stage': 'revoked' });
  });
});

describe('rolling back', () => {
  const back = (model: string, more: { to?: number } = {}, actor = approver) =>
    registry.approvals.rollBack(model, { reason, ...more }, actor);

  it('archives the default and brings the version before it back by a new approval', async () => {
    await propose('back', 1);
    await propose('back', 2);
    await change('back', 1, 'production');
    await change('back', 1, 'archived');
    const first = await lastApproval('back', 1);
    await change('back', 2, 'production');
    expect(await back('back')).toMatchObject({ version: 1, stage: 'production', aliases: ['production'] });
    expect(await registry.versions.get('back', 2)).toMatchObject({ stage: 'archived', aliases: [] });
    const { approval } = await registry.versions.production('back');
    expect(approval).toMatchObject({ reason, actor: 'devi' });
    expect(approval.receipt).not.toBe(first);
    // And forward again.
    expect(await back('back')).toMatchObject({ version: 2, aliases: ['production'] });
  });

  it('to a version that is in production leaves its approval as it is', async () => {
    for (const version of [1, 2, 3]) {
      await propose('beside', version);
      await change('beside', version, 'production');
    }
    const before = await lastApproval('beside', 2);
    expect(await back('beside', { to: 2 })).toMatchObject({ version: 2, aliases: ['production'] });
    expect(await lastApproval('beside', 2)).toBe(before);
    expect((await registry.versions.get('beside', 1)).stage).toBe('archived');
    expect((await registry.versions.get('beside', 3)).stage).toBe('production');
  });

  it('is refused where there is nothing to go back to or from, and of one’s own, and changes nothing then', async () => {
    await propose('only', 1);
    await expect(back('only')).rejects.toMatchObject({ code: 'version-not-in-production' });
    await change('only', 1, 'production');
    await propose('only', 2);
    await expect(back('only')).rejects.toMatchObject({ code: 'stage-transition-refused' });
    await expect(back('only', { to: 1 })).rejects.toMatchObject({ code: 'stage-transition-refused' });
    await expect(back('only', { to: 2 }, owner)).rejects.toMatchObject({ code: 'approval-second-person' });
    expect(await registry.versions.production('only')).toMatchObject({ version: 1 });
    expect(await back('only', { to: 2 })).toMatchObject({ version: 2 });
  });
});

describe('what would follow if a version left production', () => {
  const leaving = async (version: number) =>
    departureOf(registry.database, await registry.versions.get('leaving', version));

  it('is told as it then comes: who answers, what a roll back brings back, how many predictions it made', async () => {
    for (const version of [1, 2, 3]) await propose('leaving', version);
    for (const version of [1, 3, 2]) await change('leaving', version, 'production');
    await predicted('left1', 'leaving', 1);
    expect(await leaving(1)).toEqual({
      version: 'leaving/1',
      predictions: 1,
      answers: { model: 'leaving', now: 'leaving/1', after: 'leaving/2' },
      backTo: 'leaving/2',
    });
    // It answers nobody who names no version: nothing moves.
    expect(await leaving(3)).toMatchObject({ answers: { now: 'leaving/1', after: 'leaving/1' }, backTo: null });
    await change('leaving', 1, 'archived');
    expect(await registry.versions.production('leaving')).toMatchObject({ version: 2 });
    await change('leaving', 3, 'revoked');
    await change('leaving', 1, 'revoked');
    expect(await leaving(2)).toMatchObject({ predictions: 0, answers: { after: null }, backTo: null });
    expect(await leaving(1)).toMatchObject({ predictions: 0 });
  });
});

describe('revoking', () => {
  it('a version marks its predictions in the database and in the catalogue, and nobody else’s', async () => {
    for (const version of [1, 2]) {
      await propose('bad', version);
      await change('bad', version, 'production');
    }
    await predicted('a1', 'bad', 1);
    await predicted('a2', 'bad', 2);
    const would = await revoke('version', 'bad/1', true);
    const answers = [{ model: 'bad', now: 'bad/1', after: 'bad/2' }];
    expect(would).toMatchObject({ versions: ['bad/1'], predictions: ['a1'], answers, receipt: null });
    expect(await registry.versions.get('bad', 1)).toMatchObject({ stage: 'production' });

    const done = await revoke('version', 'bad/1');
    expect(done).toEqual({ ...would, receipt: expect.stringMatching(/^sha256:/) as string });
    expect(await registry.versions.production('bad')).toMatchObject({ version: 2 });
    const marked = await catalog.get('predictions', 'a1');
    expect(marked['properties']).toMatchObject({
      deprecated: true,
      'cairn:revoked': { reason, receipt: done.receipt },
      'cairn:version': 1,
    });
    expect(marked['stac_extensions']).toHaveLength(2);
    expect((await catalog.get('predictions', 'a2'))['properties']).not.toHaveProperty('deprecated');
    expect(await events('prediction:a1')).toEqual(['prediction.revoked']);
    expect(await events('prediction:a2')).toEqual([]);
    await expect(revoke('version', 'bad/1')).rejects.toMatchObject({ code: 'stage-transition-refused' });
  });

  it('by the stage of a version is the same', async () => {
    await propose('staged', 1);
    await change('staged', 1, 'production');
    const receipt = await predicted('b1', 'staged', 1);
    await change('staged', 1, 'revoked');
    expect(await revocations.about([receipt])).toEqual([
      expect.objectContaining({ kind: 'version', name: 'staged/1', reason, by: 'devi' }),
    ]);
  });

  it.each([
    ['version', 'none/1'],
    ['version', 'bad'],
    ['dataset', 'none'],
    ['package', 'none'],
    ['dataset', digestOf('none')],
  ] as const)('the %s %s, which is not there, is refused', async (kind, id) => {
    await expect(revoke(kind, id)).rejects.toMatchObject({ code: 'not-found' });
  });

  // Every version of the fixture was trained on the same data: the last test of this file.
  it('a dataset revokes every version and prediction made from it, by one signed receipt, and no more come', async () => {
    await propose('heir', 1);
    await change('heir', 1, 'production');
    const prediction = await predicted('c1', 'heir', 1);
    const data = digestOf('data');
    const { versions, predictions, receipt } = await revoke('dataset', data);
    expect(versions).toEqual(expect.arrayContaining(['heir/1', 'bad/2', 'linked/2']));
    expect(versions).not.toContain('bad/1');
    expect(predictions).toEqual(['a2', 'c1']);
    expect((await versionItem('heir', 1)).properties).toMatchObject({ deprecated: true, 'cairn:stage': 'revoked' });
    await expect(registry.versions.production('heir')).rejects.toMatchObject({ code: 'version-not-in-production' });

    const [told, ...more] = await revocations.about([prediction]);
    expect(more).toEqual([]);
    expect(told).toMatchObject({ kind: 'dataset', name: data, reason, by: 'devi', receipt });
    expect((await revocations.about([data])).map((one) => one.receipt)).toEqual([receipt]);
    expect(await revocations.about([digestOf('unheard of')])).toEqual([]);
    const envelope = openBundle(told!.bundle);
    expect(verifyEnvelope(envelope, readPublicKey(registry.receipts.publicKeyPem))).toBe(true);
    const { facts } = readStatement(envelope.payload).predicate;
    expect(facts['affected']?.value).toMatchObject({ versions, predictions: 2 });

    await expect(propose('heir', 2)).rejects.toMatchObject({ code: 'revoked' });
    await expect(revoke('dataset', data)).rejects.toMatchObject({ code: 'conflict' });
    expect(await events(`dataset:${data}`)).toEqual(['dataset.revoked']);
  });
});

async function lastApproval(model: string, version: number): Promise<string | undefined> {
  const [row] = await registry.database.query<{ receipt: string }>(
    `select receipt from cairn.stage_change where model = $1 and version = $2 and to_stage = 'production'
     order by seq desc limit 1`,
    [model, version],
  );
  return row?.receipt;
}
