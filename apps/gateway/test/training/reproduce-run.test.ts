import type { ProcessInput, ProcessResult } from '@cairn/contracts';
import { kindOf, openBundle, readStatement } from '@cairn/receipt';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { context, jobRow, openTraining } from './fixture.ts';

let parts: Awaited<ReturnType<typeof openTraining>>;
let trained: ProcessResult<'train-model'>;
beforeAll(async () => {
  parts = await openTraining();
  const job = context(await jobRow(parts.database, 'trains'));
  trained = await parts.train.run({ model: 'tiny', dataset: 'town', hyperparameters: { seed: 5 } }, job);
  // What is reproduced must not depend on what is there now.
  await parts.addTown(0.25);
}, 600_000);
afterAll(async () => parts.close());

async function reproduce(id: string, inputs: ProcessInput<'reproduce-run'>) {
  return parts.reproduce.run(inputs, context(await jobRow(parts.database, id)));
}

async function statementOf(receipt: string) {
  return readStatement(openBundle(await parts.receipts.get(parts.database, receipt)).payload);
}

describe('a reproduction', { timeout: 600_000 }, () => {
  it('of a run whose data were changed since gives its weights bit by bit, a receipt and a badge', async () => {
    const result = await reproduce('again', { run: trained.runId });
    expect(result).toMatchObject({
      run: trained.runId,
      version: trained.version,
      known: 'witnessed',
      reproduced: true,
      weights: { recorded: trained.weightsDigest, found: trained.weightsDigest },
      differences: [],
    });
    expect(result.metrics).toContainEqual({ name: 'test_iou', recorded: 0.5, found: 0.5 });
    const run = await parts.mlflow.client.findRunById(result.reproduction);
    expect(run).toMatchObject({ status: 'FINISHED', tags: { 'cairn.reproduces': trained.runId } });

    const statement = await statementOf(result.receipt);
    expect(kindOf(statement.predicateType)).toBe('reproduction');
    expect(statement.predicate.upstream).toEqual([{ kind: 'training', digest: trained.receipt }]);
    expect(statement.predicate.facts['reproduction']?.value).toEqual({
      run: trained.runId,
      weightsDigest: trained.weightsDigest,
      same: true,
      differences: [],
    });

    const badge = { digest: result.receipt, same: true };
    expect((await parts.versions.get('tiny', 2)).reproduced).toEqual(badge);
    expect((await parts.catalog.get('versions', 'tiny-2'))['properties']).toMatchObject({ 'cairn:reproduced': badge });
    expect(existsSync(join(parts.home, 'jobs', 'again'))).toBe(false);

    // As after a gateway that ended just before it could say so.
    expect(await parts.reproduce.run({ run: trained.runId }, context('again'))).toEqual(result);
    await expect(reproduce('itself', { run: result.reproduction })).rejects.toMatchObject({
      code: 'run-not-reproducible',
      message: expect.stringContaining(trained.runId) as string,
    });
  });

  it.each<[string, () => Promise<NonNullable<ProcessInput<'reproduce-run'>['instead']>>, string, string]>([
    ['seed', () => Promise.resolve({ hyperparameters: { seed: 6 } }), 'seed', 'seed 5, now 6'],
    ['row of data', () => Promise.resolve({ dataset: 'town' }), 'data', 'dataset digest sha256:'],
    [
      'library',
      async () => {
        const lock = parts.package['requirements.lock']!.replace('numpy==2.4.6', 'numpy==2.4.7');
        return { packageDigest: (await parts.registerWith({ 'requirements.lock': lock })).packageDigest };
      },
      'environment',
      'library numpy 2.4.6, now numpy 2.4.7',
    ],
  ])(
    'with another %s gives other weights, names it first, and leaves the badge',
    async (_name, instead, what, words) => {
      const before = (await parts.versions.get('tiny', 2)).reproduced;
      const result = await reproduce(`other-${what}`, { run: trained.version, instead: await instead() });
      expect(result.reproduced).toBe(false);
      expect(result.differences[0]).toMatchObject({ what, words: expect.stringContaining(words) as string });
      expect((await parts.versions.get('tiny', 2)).reproduced).toEqual(before);
    },
  );

  it('of a shipped version says what was imported, and which package stood in for its own', async () => {
    const { record } = await parts.versions.get('tiny', 2);
    const { MLproject: project, 'stac-item.json': item } = parts.package;
    const weights = await parts.objects.readAll(trained.weightsDigest);
    const registered = await parts.registerWith({
      MLproject: project!.replace('name: tiny', 'name: twin'),
      'stac-item.json': JSON.stringify({ ...(JSON.parse(item!) as object), id: 'twin' }),
      'versions/made/run.json': JSON.stringify(record),
      'versions/made/model/MLmodel': 'flavors: {}\n',
      'versions/made/model/model.onnx': weights,
    });
    const made = registered.versions.find((id) => id !== 'twin/1')!;
    const result = await reproduce('shipped', { run: made });
    expect(result).toMatchObject({ version: made, known: 'imported', reproduced: true });
    expect(result.differences).toEqual([
      {
        what: 'package',
        recorded: parts.registered.packageDigest,
        found: registered.packageDigest,
        words: `package digest ${parts.registered.packageDigest}, now ${registered.packageDigest}`,
      },
    ]);
    const { predicate } = await statementOf(result.receipt);
    expect(predicate.upstream.map(({ kind }) => kind)).toEqual(['import']);
    expect(predicate.facts['reproduction']?.source).toContain('the record that came with the version');
  });

  it('of a shipped version whose data were never here is refused', async () => {
    await expect(reproduce('no-data', { run: 'tiny/1' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('never added here') as string,
    });
  });

  it('of a run that failed, or that nobody knows, is refused with the reason', async () => {
    const { client } = parts.mlflow;
    const experimentId = await client.experiment('tiny');
    const { runId } = await client.createRun({ experimentId, name: 'fails', tags: {} });
    await client.endRun(runId, 'FAILED');
    await expect(reproduce('failed', { run: runId })).rejects.toMatchObject({
      code: 'run-not-reproducible',
      message: `${runId} is failed and left no receipt.`,
    });
    await expect(reproduce('unknown', { run: '0'.repeat(32) })).rejects.toMatchObject({ code: 'not-found' });
    await expect(reproduce('data', { run: parts.dataset.receipt })).rejects.toMatchObject({
      code: 'run-not-reproducible',
    });
  });
});
