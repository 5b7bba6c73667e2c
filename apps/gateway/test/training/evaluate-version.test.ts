import type { ProcessInput, ProcessResult } from '@cairn/contracts';
import { digestOf, kindOf, openBundle, readStatement } from '@cairn/receipt';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidenceOf } from '../../src/registry/evidence.ts';
import { Revocations } from '../../src/registry/revocation.ts';
import { readEvaluated } from '../../src/training/evaluated.ts';
import { layVersion } from '../../src/training/version-folder.ts';
import { context, inputsOf, jobRow, openTraining } from './fixture.ts';

let parts: Awaited<ReturnType<typeof openTraining>>;
beforeAll(async () => {
  parts = await openTraining();
}, 600_000);
afterAll(async () => parts.close());

const inputs: ProcessInput<'evaluate-version'> = { version: 'tiny/1', dataset: 'town' };

async function evaluate(id: string, more: Partial<typeof inputs> = {}) {
  return parts.evaluate.run({ ...inputs, ...more }, context(await jobRow(parts.database, id)));
}

describe('an evaluation', { timeout: 600_000 }, () => {
  let first: ProcessResult<'evaluate-version'>;

  it('measures a shipped version on data it never saw, and leaves figures beside its own, a run and a receipt', async () => {
    const before = await parts.versions.get('tiny', 1);
    first = await evaluate('first');
    expect(first).toMatchObject({
      version: 'tiny/1',
      dataset: 'town',
      datasetDigest: parts.dataset.digest,
      relation: 'apart',
      weightsDigest: before.weights_digest,
      metrics: [
        { name: 'test_iou', recorded: 0.75, found: expect.any(Number) as number },
        { name: 'test_speed', recorded: null, found: 2 },
      ],
      stored: false,
    });
    expect(await parts.versions.get('tiny', 1)).toEqual(before);

    const run = await parts.mlflow.client.findRunById(first.runId);
    expect(run).toMatchObject({
      status: 'FINISHED',
      tags: { 'cairn.evaluates': 'tiny/1', 'cairn.dataset': 'town', 'cairn.dataset_digest': parts.dataset.digest },
    });
    const [used] = await inputsOf(parts.mlflow, first.runId);
    expect(used!.tags).toContainEqual({ key: 'mlflow.data.context', value: 'evaluation' });
    const left = await parts.mlflow.client.listArtifacts(run!);
    expect(left.map(({ path }) => path).sort()).toEqual(['evaluation.json', 'evaluation.md', 'predictions.png']);

    const statement = readStatement(openBundle(await parts.receipts.get(parts.database, first.receipt)).payload);
    expect(kindOf(statement.predicateType)).toBe('evaluation');
    expect(statement.predicate.upstream).toEqual([
      { kind: 'import', digest: before.receipt },
      { kind: 'dataset', digest: parts.dataset.receipt },
    ]);
    expect(statement.predicate.facts).toMatchObject({
      version: { value: 'tiny/1', known: 'witnessed' },
      weightsDigest: { value: before.weights_digest },
      datasetDigest: { value: { digest: parts.dataset.digest } },
      metrics: { value: { test_iou: first.metrics[0]!.found, test_speed: 2 } },
    });
    const events = await parts.database.query("select data from cairn.event where kind = 'version.evaluated'");
    expect(events).toMatchObject([{ data: { dataset: 'town', run: first.runId, receipt: first.receipt } }]);
    expect(existsSync(join(parts.home, 'jobs', 'first'))).toBe(false);
  });

  it('is part of the evidence, and its run is no training to reproduce', async () => {
    const { evaluations } = await evidenceOf(parts.database, await parts.versions.get('tiny', 1));
    expect(evaluations).toMatchObject([{ dataset: 'town', testSet: parts.dataset.digest, receipt: first.receipt }]);
    await expect(parts.reproduce.run({ run: first.runId }, context('reproduces'))).rejects.toMatchObject({
      code: 'run-not-reproducible',
      message: `${first.runId} trained nothing, but measured tiny/1.`,
    });
  });

  it('of the same version on the same data is answered by the stored one, and measured again where that is asked', async () => {
    expect(await parts.evaluate.stored(inputs)).toEqual({ ...first, stored: true });
    expect(await parts.evaluate.run(inputs, context('not in any list'))).toEqual({ ...first, stored: true });
    expect(await parts.evaluate.stored({ ...inputs, again: true })).toBeNull();
    const again = await evaluate('again', { again: true });
    expect(again).toMatchObject({ metrics: first.metrics, stored: false });
    expect(again.runId).not.toBe(first.runId);
    // As after a gateway that ended just before it could say so.
    expect(await parts.evaluate.run({ ...inputs, again: true }, context('again'))).toEqual(again);
    expect(await parts.evaluate.stored(inputs)).toEqual({ ...again, stored: true });
  });

  it('is given the calibration that the version is known by, so that it can tell how far off its confidence is', async () => {
    const version = await parts.versions.get('tiny', 1);
    const text = JSON.stringify({ slope: 2 });
    const calibration = await parts.objects.put(Buffer.from(text));
    const folder = join(parts.home, 'laid');
    const files = { ...version.files, 'calibration.json': calibration };
    await layVersion({ mlflow: parts.mlflow.client, objects: parts.objects }, { ...version, files }, folder);
    expect((await readdir(folder)).sort()).toEqual(['calibration.json', 'model', 'record.json']);
    expect(await readFile(join(folder, 'calibration.json'), 'utf8')).toBe(text);
  });

  it('of data that were changed since is another one', async () => {
    await parts.addTown(0.25);
    expect(await parts.evaluate.stored(inputs)).toBeNull();
  });

  it('that a step does not bear ends as failed, with its run, and leaves nothing', async () => {
    const { MLproject: project, 'stac-item.json': item } = parts.package;
    await parts.registerWith({
      MLproject: project!.replace('name: tiny', 'name: broken').replace('steps.py preprocess', 'steps.py nothing'),
      'stac-item.json': JSON.stringify({ ...(JSON.parse(item!) as object), id: 'broken' }),
    });
    await expect(evaluate('breaks', { version: 'broken/1' })).rejects.toMatchObject({
      code: 'evaluation-failed',
      message: expect.stringContaining('The step preprocess ended with 1') as string,
    });
    const experiment = await parts.mlflow.client.experiment('broken');
    expect((await parts.mlflow.client.findRun(experiment, 'cairn.job', 'breaks'))?.status).toBe('FAILED');
    expect(await parts.database.query("select 1 from cairn.evaluation where model = 'broken'")).toEqual([]);
  });

  it.each([
    ['a version that is not there', { version: 'tiny/9' }],
    ['a model that is not there', { version: 'none/1' }],
    ['a dataset that is not there', { dataset: 'none' }],
  ])('is refused at once for %s', async (_what, more) => {
    await expect(parts.evaluate.run({ ...inputs, ...more }, context('refused'))).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('of a version, or on data, that were revoked is refused, also where it is stored', async () => {
    const { database, receipts, outbox } = parts;
    const revocations = new Revocations({ database, receipts, outbox });
    const approver = { id: 'devi', roles: ['approver' as const] };
    await revocations.revoke({ kind: 'dataset', id: 'town', reason: 'Wrong labels.' }, approver);
    await expect(parts.evaluate.run(inputs, context('refused'))).rejects.toMatchObject({ code: 'revoked' });
    expect((await evidenceOf(database, await parts.versions.get('tiny', 1))).evaluations).toEqual([]);
    await revocations.revoke({ kind: 'version', id: 'tiny/1', reason: 'Wrong weights.' }, approver);
    expect(await parts.evaluate.stored(inputs)).toBeNull();
  });
});

describe('what an evaluation left', () => {
  const read = async (content: unknown) => {
    const { mlflow, versions, datasets } = parts;
    const experimentId = await mlflow.client.experiment('left');
    const run = await mlflow.client.createRun({ experimentId, name: 'left', tags: {} });
    if (content !== undefined) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await mlflow.client.uploadArtifact(run, 'evaluation.json', new TextEncoder().encode(text));
    }
    return readEvaluated(mlflow.client, run, await versions.get('tiny', 1), await datasets.get('town'));
  };
  const sound = async () => ({
    weights: { digest: (await parts.versions.get('tiny', 1)).weights_digest },
    dataset: { digest: (await parts.datasets.get('town')).digest },
    metrics: { test_iou: 0.5 },
  });

  it('is read where it holds together', async () => {
    expect(await read(await sound())).toEqual({ test_iou: 0.5 });
  });

  it.each<[string, (evaluation: Awaited<ReturnType<typeof sound>>) => unknown, string]>([
    ['nothing', () => undefined, 'left no evaluation.json'],
    ['no JSON', () => '{', 'is not JSON'],
    ['other weights', (one) => ({ ...one, weights: { digest: digestOf('other') } }), 'tells of other weights'],
    ['other data', (one) => ({ ...one, dataset: { digest: digestOf('other') } }), 'tells of other data'],
    ['no figures', (one) => ({ ...one, metrics: {} }), '/metrics'],
    ['figures of the training', (one) => ({ ...one, metrics: { validation_iou: 1 } }), '/metrics'],
    ['a figure in words', (one) => ({ ...one, metrics: { test_iou: 'good' } }), '/metrics/test_iou'],
  ])('is refused with %s', async (_what, change, words) => {
    await expect(read(change(await sound()))).rejects.toMatchObject({
      code: 'evaluation-failed',
      message: expect.stringContaining(words) as string,
    });
  });
});
