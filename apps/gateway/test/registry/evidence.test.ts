import type { Digest } from '@cairn/contracts';
import { digestOf, openBundle, readStatement } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepEvaluation } from '../../src/registry/evaluation-row.ts';
import { evidenceOf } from '../../src/registry/evidence.ts';
import { latestRevision, writeRevision } from '../../src/registry/package/revision.ts';
import { limitsIn } from '../../src/registry/version-card.ts';
import { approver, openRegistry, type TestRegistry } from './registry-fixture.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => registry.close());

const evidence = async (model: string, version: number, use?: 'relief' | 'open' | 'own') =>
  evidenceOf(registry.database, await registry.versions.get(model, version), use);
const approve = (model: string, version: number, more: object) =>
  registry.approvals.changeStage(model, version, { to: 'production', reason: 'Seen.', ...more }, approver);
const set = (model: string, version: number, column: string, value: unknown) =>
  registry.database.query(`update cairn.version set ${column} = $3 where model = $1 and version = $2`, [
    model,
    version,
    value,
  ]);
const evaluated = async (
  model: string,
  version: number,
  dataset: string,
  iou: number,
  digest: Digest = digestOf(dataset),
) =>
  keepEvaluation(registry.database, {
    run_id: `${model} ${version} ${dataset} ${iou}`,
    model,
    version,
    dataset,
    dataset_digest: digest,
    relation: 'apart',
    metrics: { test_iou: iou },
    receipt: (await registry.versions.get(model, version)).receipt,
    actor: 'owner',
  });

describe('the evidence of a version', () => {
  it('has its figures beside those in production on the same test set, and says where they cannot be compared', async () => {
    for (const version of [1, 2, 3]) await registry.propose('seen', version);
    await set('seen', 2, 'dataset_digest', digestOf('other data'));
    await registry.approve('seen', 1);
    await registry.approve('seen', 2);
    const { figures, inProduction } = await evidence('seen', 3);
    expect(figures).toEqual([{ name: 'test_iou', value: 0.75, beside: { 'seen/1': 0.75 } }]);
    expect(inProduction).toMatchObject([
      { version: 'seen/1', comparable: true },
      { version: 'seen/2', comparable: false, words: expect.stringContaining('cannot be compared') as string },
    ]);
  });

  it('has what was measured here beside what those in production did on the same data', async () => {
    for (const version of [1, 2, 3]) await registry.propose('measured', version);
    await set('measured', 1, 'dataset_digest', digestOf('other data'));
    await set('measured', 2, 'dataset_digest', digestOf('still others'));
    await registry.approve('measured', 1);
    await registry.approve('measured', 2);
    await evaluated('measured', 1, 'harbour', 0.5);
    await evaluated(
      'measured',
      1,
      'data of version 3',
      0.4,
      (await registry.versions.get('measured', 3)).dataset_digest,
    );
    await evaluated('measured', 2, 'harbour', 0.55);
    await evaluated('measured', 3, 'harbour', 0.625);
    await evaluated('measured', 3, 'harbour', 0.6);

    const { figures, evaluations, inProduction } = await evidence('measured', 3);
    expect(figures).toEqual([{ name: 'test_iou', value: 0.75, beside: { 'measured/1': 0.4 } }]);
    expect(evaluations).toMatchObject([
      {
        dataset: 'harbour',
        testSet: digestOf('harbour'),
        figures: [{ name: 'test_iou', value: 0.6, beside: { 'measured/1': 0.5, 'measured/2': 0.55 } }],
      },
    ]);
    expect(inProduction).toEqual([
      { version: 'measured/1', comparable: true, words: 'measured on the same dataset' },
      { version: 'measured/2', comparable: true, words: 'both were measured on harbour' },
    ]);
  });

  it('is named by the approval’s receipt, with the use that it was given for', async () => {
    await registry.propose('named', 1);
    const { digest } = await evidence('named', 1, 'relief');
    await approve('named', 1, { use: 'relief', evidence: digest });
    const { approval } = await registry.versions.production('named');
    const bundle = await registry.receipts.get(registry.database, approval.receipt);
    const { facts } = readStatement(openBundle(bundle).payload).predicate;
    expect([facts['evidence']?.value, facts['use']?.value]).toEqual([digest, 'relief']);
  });

  it('says whether the entry points of its package were seen to run', async () => {
    await registry.propose('ran', 1);
    const untried = await evidence('ran', 1);
    const revision = (await latestRevision(registry.database, 'ran'))!;
    const trial = { entryPoints: ['train'], dataDigest: digestOf('chips'), settings: {} };
    await registry.database.transaction((tx) => writeRevision(tx, { ...revision, trial }));
    const tried = await evidence('ran', 1);
    expect([untried.tried, tried.tried]).toEqual([false, true]);
    expect(tried.digest).not.toBe(untried.digest);
  });

  it('that has changed since it was shown is refused', async () => {
    for (const version of [1, 2]) await registry.propose('stale', version);
    const { digest } = await evidence('stale', 2);
    await registry.approve('stale', 1);
    await expect(approve('stale', 2, { evidence: digest })).rejects.toMatchObject({ code: 'conflict' });
    await approve('stale', 2, { evidence: (await evidence('stale', 2)).digest });
  });
});

describe('a licence that forbids the declared use', () => {
  it('blocks the approval for that use, says why, and allows another', async () => {
    await registry.propose('licensed', 1);
    const data = { title: 'Roofs', licence: 'CC-BY-NC-4.0', attribution: '' };
    await set('licensed', 1, 'record', { data });
    expect((await evidence('licensed', 1)).licences).toContainEqual({
      of: 'data',
      title: 'Roofs',
      licence: 'CC-BY-NC-4.0',
      conflicts: ['CC-BY-NC-4.0 forbids commercial use'],
      unknown: [],
    });
    await expect(approve('licensed', 1, {})).rejects.toMatchObject({
      code: 'licence-conflict',
      message: 'licensed/1 cannot be approved for the use "open": data (Roofs): CC-BY-NC-4.0 forbids commercial use.',
    });
    expect(await registry.versions.get('licensed', 1)).toMatchObject({ stage: 'candidate' });
    expect(await approve('licensed', 1, { use: 'relief' })).toMatchObject({ stage: 'production' });
  });
});

describe('the limits on a card', () => {
  it('are the list below the heading that tells of them', () => {
    const card =
      '# Card\n\n- no limit\n\n## Where it fails\n\n- In another\n  town.\n- Houses that touch.\n\n## How\n\n- x\n';
    expect(limitsIn(card)).toEqual(['In another town.', 'Houses that touch.']);
    expect(limitsIn('# Card\n\nNothing.\n')).toEqual([]);
  });
});
