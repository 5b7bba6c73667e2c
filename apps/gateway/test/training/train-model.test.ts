import { CairnError, type ProcessInput } from '@cairn/contracts';
import { digestOf, openBundle, readStatement } from '@cairn/receipt';
import { existsSync } from 'node:fs';
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Runs } from '../../src/training/runs.ts';
import { readTrained } from '../../src/training/trained.ts';
import { HandedOver } from '../../src/jobs/handed-over.ts';
import { labels, lay, soundFiles, square } from '../data/folder.ts';
import { context, inputsOf, jobRow, openTraining, scientist } from './fixture.ts';
import { OutsideRunner } from './outside-runner.ts';

let parts: Awaited<ReturnType<typeof openTraining>>;
beforeAll(async () => {
  parts = await openTraining();
});
afterAll(async () => parts.close());

const inputs = (hyperparameters: Record<string, number | string> = {}): ProcessInput<'train-model'> => ({
  model: 'tiny',
  dataset: 'town',
  hyperparameters,
});

const job = (id: string): Promise<string> => jobRow(parts.database, id);

async function runOf(id: string) {
  const [row] = await parts.database.query<{ run: string }>(
    "select outer_ids->>'mlflowRun' as run from cairn.job where id = $1",
    [id],
  );
  return parts.mlflow.client.findRunById(row!.run);
}

const tokensOf = async (id: string): Promise<unknown[]> =>
  parts.database.query('select digest from cairn.token where job = $1', [id]);

/** Trains until the steps say so, then hands the job over. */
async function handOver(id: string, hyperparameters: Record<string, number>, at: string) {
  const outside = new OutsideRunner(parts.runner);
  const controller = new AbortController();
  const progress = (_percent: number, message: string): void => {
    if (message === at) controller.abort(new HandedOver(id));
  };
  const signal = controller.signal;
  const training = parts.trainBy(outside).run(inputs(hyperparameters), context(await job(id), { signal, progress }));
  await expect(training).rejects.toThrow('goes on without this gateway');
  return outside;
}

describe('a training', () => {
  it('leaves a candidate whose receipt leads to the package and the data, and one run with all that was logged', async () => {
    const told: string[] = [];
    const progress = (percent: number, message: string): void => void told.push(`${Math.floor(percent)} ${message}`);
    const result = await parts.train.run(inputs({ seed: 5 }), context(await job('trains'), { progress }));
    expect(result.version).toBe('tiny/2');
    expect(told).toContain('22 train: learning');

    const row = await parts.versions.get('tiny', 2);
    expect(row).toMatchObject({
      stage: 'candidate',
      author: 'owner',
      known: 'witnessed',
      data: 'real',
      dataset: 'town',
      dataset_digest: parts.dataset.digest,
      package_digest: parts.registered.packageDigest,
      weights_digest: result.weightsDigest,
      run_id: result.runId,
      title: 'Tiny, trained on A town',
      threshold: 0.4,
      metrics: { test_iou: 0.5 },
    });
    expect(row.record).toMatchObject({
      parameters: { seed: 5, steps: 40, lr: 0.003 },
      told: 'no commit',
      commit: null,
    });
    expect(await parts.objects.verify(result.weightsDigest)).toBe(true);

    const { predicate } = readStatement(openBundle(await parts.receipts.get(parts.database, result.receipt)).payload);
    expect(predicate.upstream).toEqual([
      { kind: 'registration', digest: parts.registered.receipt },
      { kind: 'dataset', digest: parts.dataset.receipt },
    ]);
    expect(new Set(Object.values(predicate.facts).map(({ known }) => known))).toEqual(new Set(['witnessed']));
    expect(predicate.facts['parameters']?.value).toEqual({ seed: 5, steps: 40, lr: 0.003 });

    const item = await parts.catalog.get('versions', 'tiny-2');
    const links = (item['links'] as { rel: string; href: string }[]).filter(({ rel }) => rel === 'derived_from');
    expect(links.map(({ href }) => href)).toEqual([
      '/stac/collections/models/items/tiny',
      '/stac/collections/datasets/items/town',
    ]);

    const assets = item['assets'] as Record<string, { href: string } & Record<string, unknown>>;
    const card = digestOf('# Tiny, trained on A town\n');
    expect(row.files['card.md']?.digest).toBe(card);
    expect(await parts.objects.verify(card)).toBe(true);
    expect(assets['card']).toMatchObject({
      href: `/models/tiny/versions/2/files/card.md?digest=${card}`,
      'file:checksum': `1220${card.slice(7)}`,
    });
    expect(assets['picture-curves']).toMatchObject({ type: 'image/png', roles: ['overview', 'thumbnail'] });

    const run = await runOf('trains');
    expect(run).toMatchObject({
      runId: result.runId,
      status: 'FINISHED',
      metrics: { loss: 0.5 },
      parameters: { lr: '0.003' },
    });
    const [input, ...others] = await inputsOf(parts.mlflow, result.runId);
    expect(others).toEqual([]);
    expect(input).toMatchObject({
      dataset: { digest: parts.dataset.digest.slice(7, 43), source_type: 'cairn' },
      tags: expect.arrayContaining([{ key: 'mlflow.data.context', value: 'training' }]) as unknown,
    });
    expect(JSON.parse(input!.dataset['profile']!)).toMatchObject({ title: 'A town', chips: 2, buildings: 1 });
    expect(JSON.parse(input!.dataset['source']!)).toMatchObject({ digest: parts.dataset.digest });
    const versions = await parts.mlflow.client.modelVersions('tiny');
    expect(versions.at(-1)).toMatchObject({ version: 2, runId: result.runId });
    expect(await tokensOf('trains')).toEqual([]);
    expect(existsSync(join(parts.home, 'jobs', 'trains'))).toBe(false);
  });

  it('is told with its curves, its version, its job and its data to whoever compares runs', async () => {
    const runs = new Runs({ database: parts.database, mlflow: parts.mlflow.client });
    const run = (await runs.ofJob('trains'))!;
    const told = { run, model: 'tiny', version: 'tiny/2', job: 'trains', dataset: 'town', status: 'FINISHED' };
    const { curves, ...info } = await runs.history(run);
    expect(info).toMatchObject({ ...told, parameters: { lr: '0.003' }, metrics: { loss: 0.5 } });
    expect(Date.parse(info.finished!)).toBeGreaterThanOrEqual(Date.parse(info.started));
    const points = [
      { step: 0, value: 0.9 },
      { step: 1, value: 0.5 },
    ];
    expect(curves).toEqual([{ name: 'loss', points }]);
    expect(await runs.of('tiny')).toContainEqual(info);
    expect(await runs.of('nobody')).toEqual([]);
    await expect(runs.history('0'.repeat(32))).rejects.toMatchObject({ code: 'not-found' });
    expect(await runs.ofJob('none')).toBeNull();
  });

  it('that the gateway left after its last step goes on from what the steps left', async () => {
    const before = await parts.versions.get('tiny', 2);
    await parts.database.query("delete from cairn.version where model = 'tiny' and version = 2");
    await parts.mlflow.client.endRun(before.run_id, 'RUNNING');
    await parts.database.transaction((tx) => parts.tokens.issueJob(tx, 'trains', scientist));
    const logged: string[] = [];
    const again = await parts.train.run(
      inputs({ seed: 5 }),
      context('trains', { log: (line) => void logged.push(line) }),
    );
    expect(again).toMatchObject({ version: 'tiny/2', runId: before.run_id, weightsDigest: before.weights_digest });
    expect(logged.filter((line) => line.startsWith('step'))).toEqual([]);
    expect((await parts.mlflow.client.findRunById(before.run_id))?.status).toBe('FINISHED');
    expect(await tokensOf('trains')).toEqual([]);
  });

  it('that makes the same weights again is the same version, whose receipt stands, and has one of its own', async () => {
    const known = await parts.versions.get('tiny', 2);
    const result = await parts.train.run(inputs({ seed: 5, lr: 0.003 }), context(await job('repeats')));
    expect(result.version).toBe('tiny/2');
    expect(result.runId).not.toBe(known.run_id);
    expect((await parts.versions.get('tiny', 2)).receipt).toBe(known.receipt);
    const { predicate } = readStatement(openBundle(await parts.receipts.get(parts.database, result.receipt)).payload);
    expect(predicate.facts).toMatchObject({ mlflowRun: { value: result.runId }, version: { value: 'tiny/2' } });
    expect(await parts.train.run(inputs({ seed: 5, lr: 0.003 }), context('repeats'))).toEqual(result);
    expect(await parts.versions.list('tiny')).toHaveLength(2);
  });

  it("on data of somebody's DVC repository pins them here first, with the licence that their pointer tells", async () => {
    const files = { ...(await soundFiles()), 'labels.geojson': labels([square(0.1, 0.4)]) };
    const place = async (folder: string): Promise<void> => {
      await lay(folder, files);
    };
    const { commit } = await parts.theirs.add('village', place, context('theirs'), { licence: 'CC0-1.0' });
    const dvc = { url: join(parts.home, 'theirs', 'data'), rev: commit, path: 'datasets/village/data' };
    const steps: string[] = [];
    const step = (name: string): void => void steps.push(name);
    const given = { model: 'tiny', dvc, hyperparameters: { seed: 3 } };
    const result = await parts.train.run(given, context(await job('fetches'), { step }));
    expect(steps.slice(0, 5)).toEqual([
      'Fetch the data by dvc get',
      'Check chips and labels',
      'Pin the dataset with DVC',
      'Write it to the catalogue',
      'Bring package and data',
    ]);
    expect(result).toMatchObject({ version: 'tiny/3', dataset: 'village' });
    const dataset = await parts.datasets.get('village');
    expect(dataset).toMatchObject({ licence: 'CC0-1.0', origin: { commit, path: dvc.path } });
    expect(await parts.versions.get('tiny', 3)).toMatchObject({
      dataset: 'village',
      dataset_digest: dataset.digest,
      record: { data: { licence: 'CC0-1.0' } },
    });
    const { predicate } = readStatement(openBundle(await parts.receipts.get(parts.database, result.receipt)).payload);
    expect(predicate.upstream).toContainEqual({ kind: 'dataset', digest: dataset.receipt });
  }, 300_000);

  it('that fails ends its run as failed and leaves no version', async () => {
    const failing = parts.train.run(inputs({ steps: 13 }), context(await job('fails')));
    await expect(failing).rejects.toMatchObject({
      code: 'training-failed',
      message: 'The step train ended with 1: thirteen steps bring bad luck.',
    });
    expect((await runOf('fails'))?.status).toBe('FAILED');
    expect(await parts.versions.list('tiny')).toHaveLength(3);
    expect(await tokensOf('fails')).toEqual([]);
    expect(existsSync(join(parts.home, 'jobs', 'fails'))).toBe(false);
  });

  it('that is cancelled ends its run as killed and leaves no version; begun again, it has a run of its own', async () => {
    const controller = new AbortController();
    const progress = (_percent: number, message: string): void => {
      if (message === 'train: learning') controller.abort(new CairnError('cancelled', 'not wanted'));
    };
    const cancelled = parts.train.run(
      inputs({ steps: 9999 }),
      context(await job('cancelled'), { signal: controller.signal, progress }),
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const killed = await runOf('cancelled');
    expect(killed?.status).toBe('KILLED');
    expect(await parts.versions.list('tiny')).toHaveLength(3);
    await expect(parts.train.run(inputs({ steps: 13 }), context('cancelled'))).rejects.toThrow('bad luck');
    const experiment = await parts.mlflow.client.experiment('tiny');
    expect((await parts.mlflow.client.findRun(experiment, 'cairn.job', 'cancelled'))?.runId).not.toBe(killed?.runId);
  });

  it.each([
    ['a setting out of its range', inputs({ steps: 0 }), 'input-invalid', '/inputs/hyperparameters/steps'],
    ['a setting of another kind', inputs({ seed: 'five' }), 'input-invalid', '/inputs/hyperparameters/seed'],
    ['a setting that it does not have', inputs({ epochs: 3 }), 'input-invalid', '/inputs/hyperparameters/epochs'],
    ['a model that is not there', { model: 'none', dataset: 'town' }, 'not-found', '/inputs/model'],
  ])('is refused at once for %s', async (_what, given, code, where) => {
    await expect(parts.train.run(given, context('refused'))).rejects.toMatchObject({ code, more: { where } });
  });

  it('is refused for a dataset that is not there', async () => {
    const refused = parts.train.run({ model: 'tiny', dataset: 'none' }, context('refused'));
    await expect(refused).rejects.toMatchObject({ code: 'not-found' });
  });

  it('whose steps run outside goes on when its job is handed over: the same run, by the same token, and its end is as if nothing had been', async () => {
    const outside = await handOver('handed-over', { seed: 5 }, 'preprocess: reading');
    const [row] = await parts.database.query<{ ids: object }>(
      "select outer_ids as ids from cairn.job where id = 'handed-over'",
    );
    const { runId } = outside.works.get('handed-over')!;
    expect(row?.ids).toEqual({ mlflowRun: runId, workflow: 'work-handed-over' });
    expect(await tokensOf('handed-over')).toHaveLength(1);

    const told: string[] = [];
    const progress = (_percent: number, message: string): void => void told.push(message);
    const result = await parts.trainBy(outside).run(inputs({ seed: 5 }), context('handed-over', { progress }));
    expect(result.runId).toBe(runId);
    expect(told).not.toContain('Bringing the data from DVC');
    expect((await runOf('handed-over'))?.status).toBe('FINISHED');
    expect(await tokensOf('handed-over')).toEqual([]);
    expect(outside.works.size).toBe(0);
  });

  it('whose steps run outside is ended by the next gateway where its job was cancelled meanwhile', async () => {
    const outside = await handOver('cancelled-outside', { steps: 9999 }, 'train: learning');
    expect(outside.works.size).toBe(1);
    const signal = AbortSignal.abort(new CairnError('cancelled', 'not wanted'));
    const taken = parts.trainBy(outside).run(inputs({ steps: 9999 }), context('cancelled-outside', { signal }));
    await expect(taken).rejects.toThrow('not wanted');
    expect(outside.works.size).toBe(0);
    expect((await runOf('cancelled-outside'))?.status).toBe('KILLED');
    expect(await tokensOf('cancelled-outside')).toEqual([]);
  });

  it('has in its run what the machine did, where the lock of its package lets MLflow measure it', async () => {
    const lock = `${parts.package['requirements.lock']!}psutil==7.2.2\n`;
    await parts.registerWith({ 'requirements.lock': lock });
    await expect(parts.train.run(inputs({ steps: 13 }), context(await job('measured')))).rejects.toThrow('bad luck');
    expect((await runOf('measured'))?.metrics).toHaveProperty('system/cpu_utilization_percentage');
    expect((await runOf('fails'))?.metrics).toEqual({});
  });

  it('does not begin on data that are no longer those that were added', async () => {
    const remote = join(parts.home, 'dvc-remote', 'files', 'md5');
    for (const entry of await readdir(remote, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.dir')) continue;
      const file = join(entry.parentPath, entry.name);
      await chmod(file, 0o644);
      await writeFile(file, 'something else');
    }
    await rm(join(parts.home, 'data', '.dvc', 'cache'), { recursive: true });
    await rm(join(parts.home, 'data', 'datasets'), { recursive: true });
    const error: unknown = await parts.train
      .run(inputs({ seed: 9 }), context(await job('tampered')))
      .catch((thrown: unknown) => thrown);
    expect(['digest-mismatch', 'data-versioning-failed']).toContain((error as CairnError).code);
    expect(await parts.versions.list('tiny')).toHaveLength(3);
  });
});

describe('what a training left', () => {
  const weights = new TextEncoder().encode('weights');
  const at = async (change: (record: Record<string, unknown>) => void, files: string[] = []) => {
    const { mlflow, versions, datasets, database } = parts;
    const row = await versions.get('tiny', 2);
    const [revision] =
      await database.query<Parameters<typeof readTrained>[2]['revision']>('select * from cairn.revision');
    const experimentId = await mlflow.client.experiment('left');
    const run = await mlflow.client.createRun({ experimentId, name: 'left', tags: {} });
    const { digest } = await parts.objects.put(weights);
    const record = { ...row.record, weights: { digest, size: weights.length } };
    change(record);
    const artifacts: Record<string, Uint8Array> = {
      'model/model.onnx': weights,
      'model/MLmodel': weights,
      'record.json': new TextEncoder().encode(JSON.stringify(record)),
    };
    for (const [path, bytes] of Object.entries(artifacts)) {
      if (!files.includes(path)) await mlflow.client.uploadArtifact(run, path, bytes);
    }
    const origin = { revision: revision!, dataset: await datasets.get('town'), settings: {}, title: 'Left' };
    return readTrained(mlflow.client, run, origin);
  };

  it('is read where it holds together', async () => {
    expect((await at(() => undefined)).record).toMatchObject({ title: 'Left', data: { licence: 'ODbL-1.0' } });
  });

  it.each<[string, (record: Record<string, unknown>) => void, string[], string]>([
    [
      'other weights',
      (record) => Object.assign(record, { weights: { digest: `sha256:${'0'.repeat(64)}`, size: 7 } }),
      [],
      'weights of the run are not those',
    ],
    [
      'other data',
      (record) => Object.assign(record['dataset'] as object, { digest: `sha256:${'0'.repeat(64)}` }),
      [],
      'tells of other data',
    ],
    ['no threshold', (record) => delete record['threshold'], [], 'must have required properties threshold'],
    ['a halo of text', (record) => (record['halo'] = 'wide'), [], '/halo must be integer'],
    ['no weights', () => undefined, ['model/model.onnx'], 'left no model/model.onnx'],
    ['no record', () => undefined, ['record.json'], 'left no record.json'],
    ['no MLmodel', () => undefined, ['model/MLmodel'], 'left no model/MLmodel'],
  ])('is refused with %s', async (_what, change, left, words) => {
    await expect(at(change, left)).rejects.toMatchObject({
      code: 'training-failed',
      message: expect.stringContaining(words) as string,
    });
  });
});
