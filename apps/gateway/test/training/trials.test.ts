import { CairnError, type ProcessInput } from '@cairn/contracts';
import { digestOf, openBundle, readStatement } from '@cairn/receipt';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.ts';
import { readDataset } from '../../src/data/dataset.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { DataHistory } from '../../src/data/history.ts';
import { DataRepository } from '../../src/data/repository.ts';
import { ImageryReader } from '../../src/imagery/reader.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { ProcessRunner } from '../../src/jobs/runner/process/process-runner.ts';
import { mlflowProxy } from '../../src/registry/mlflow/proxy.ts';
import { Models } from '../../src/registry/models.ts';
import { RegisterModel } from '../../src/registry/package/register-model.ts';
import { Children } from '../../src/supervise/child.ts';
import { trialData } from '../../src/training/trial-data.ts';
import { Trials } from '../../src/training/trials.ts';
import { tools } from '../db/template.ts';
import { startIdentity } from '../identity/gateway.ts';
import { openMlflow } from '../registry/mlflow-fixture.ts';
import { type Files, tinyPackage, upload } from '../registry/package-fixture.ts';
import { quietLogger } from '../registry/quiet.ts';
import { barePackage } from '../registry/registration-fixture.ts';
import { registryOn } from '../registry/registry-fixture.ts';
import { context, jobRow } from './fixture.ts';
import { stepsProject } from './trainable-package.ts';

/** A package whose entry points run; `trial` is what its schema names as x-trial. */
async function runningPackage(
  name: string,
  { trial = { steps: 2 }, preprocess = 'preprocess' }: { trial?: unknown; preprocess?: string } = {},
): Promise<Files> {
  const schema = JSON.parse(tinyPackage()['schema/hyperparameters.json']!) as object;
  return barePackage(name, {
    MLproject: stepsProject(name, preprocess),
    'steps.py': await readFile(new URL('steps.py', import.meta.url), 'utf8'),
    'schema/hyperparameters.json': JSON.stringify({ ...schema, additionalProperties: false, 'x-trial': trial }),
  });
}

/** A gateway as far as a trial needs one: database, MLflow and its door, `mlflow run`. */
async function open() {
  const home = await mkdtemp(join(tmpdir(), 'cairn-trials-'));
  const mlflow = await openMlflow();
  const gateway = await startIdentity((held) => [
    mlflowProxy({ server: mlflow.server, database: held, maxUploadBytes: 64 * 1024 * 1024 }),
  ]);
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.app.server.address() as AddressInfo;
  const { database, tokens } = gateway;
  const registry = registryOn(database, home, mlflow.server);
  const catalog = new Catalog({ database });
  await catalog.prepare();
  const path = process.env['PATH'] ?? '';
  const environment = { PATH: path, HOME: home };
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment,
    logger: quietLogger(),
  });
  const workFolder = join(home, 'jobs');
  const trials = new Trials({
    database,
    objects: registry.objects,
    mlflow: mlflow.client,
    tokens,
    repository: new DataRepository({
      folder: join(home, 'data'),
      remote: new FolderRemote({ folder: join(home, 'dvc-remote') }),
      history: new DataHistory({ database }),
      tools,
      environment,
      children,
    }),
    runner: new ProcessRunner({ children, tools, environments: join(home, 'environments'), manager: 'local', path }),
    address: () => `http://127.0.0.1:${port}`,
    workFolder,
  });
  const register = new RegisterModel({ ...registry, catalog, mlflow: mlflow.client, trials });
  return {
    ...registry,
    database,
    catalog,
    mlflow: mlflow.client,
    mlflowHome: mlflow.home,
    workFolder,
    models: new Models({ database, catalog }),
    /** Registers as a job of that id. */
    register: async (
      job: string,
      files: Files,
      more: Partial<ProcessInput<'register-model'>> = {},
      following: Partial<JobContext> = {},
    ) =>
      register.run(
        { files: await upload(registry.objects, files), ...more },
        context(await jobRow(database, job), following),
      ),
    close: async () => {
      await registry.outbox.stop();
      await children.stopAll();
      await gateway.close();
      await mlflow.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

let parts: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  parts = await open();
});
afterAll(async () => parts.close());

/** What a trial could leave: runs in MLflow, bytes below them, a work folder, tokens. */
async function leftOf(job: string): Promise<unknown[]> {
  const experiment = await parts.mlflow.experiment('Trials of packages');
  const run = await parts.mlflow.findRun(experiment, 'cairn.job', job);
  const artifacts = join(parts.mlflowHome, 'mlflow', 'artifacts', experiment);
  return [
    ...(run === null ? [] : [run]),
    ...(await parts.database.query<object>('select job from cairn.token where job = $1', [job])),
    ...[join(parts.workFolder, job), artifacts].flatMap((folder) => filesBelow(folder)),
  ];
}

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [] : [join(entry.parentPath, entry.name)],
      )
    : [];

describe('the tiny data of a trial', () => {
  it('are a dataset that holds together, the same each time, at the resolution that was asked for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-trial-data-'));
    try {
      const data = await trialData(0.3);
      await data.make(folder);
      const chips = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => `chips/trial-${column}-${row}.tif`));
      const files = ['labels.geojson', ...chips].map((path) => {
        const file = join(folder, path);
        return { path, file, digest: digestOf(readFileSync(file)) };
      });
      const facts = await readDataset(files, new ImageryReader({ cacheBytes: 1024 * 1024 }));
      expect(facts).toMatchObject({ chips: 9, buildings: 27, warnings: [] });
      expect(facts.gsd).toBeCloseTo(0.3, 3);
      expect((await trialData(0.3)).digest).toBe(data.digest);
      expect((await trialData(0.5)).digest).not.toBe(data.digest);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a trial of a package', { timeout: 600_000 }, () => {
  it('is not made where nobody asks; asked for later, it marks the revision that is there', async () => {
    const files = await runningPackage('tried');
    const untried = await parts.register('untried', files);
    expect(untried).toMatchObject({ changed: true, tried: false });
    expect((await parts.catalog.get('models', 'tried'))['properties']).toMatchObject({ 'cairn:tried': false });

    const steps: string[] = [];
    const said: string[] = [];
    const result = await parts.register(
      'tries',
      files,
      { trial: true },
      { step: (name) => void steps.push(name), progress: (percent, words) => void said.push(`${percent} ${words}`) },
    );
    expect(
      steps.filter((name) => name in { preprocess: 1, train: 1, evaluate: 1, inference: 1, postprocess: 1 }),
    ).toEqual(['preprocess', 'train', 'evaluate', 'inference', 'postprocess']);
    expect(said.some((words) => words.endsWith('train: learning'))).toBe(true);
    const percents = said.map((words) => Number.parseFloat(words));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(result).toMatchObject({ changed: true, tried: true, packageDigest: untried.packageDigest });
    expect((await parts.models.get('tried')).revisions).toMatchObject([{ number: 1, tried: true }]);
    expect((await parts.catalog.get('models', 'tried'))['properties']).toMatchObject({ 'cairn:tried': true });
    const { payload } = openBundle(await parts.receipts.get(parts.database, result.receipt!));
    expect(readStatement(payload).predicate.facts['trial']).toEqual({
      known: 'witnessed',
      value: {
        entryPoints: ['preprocess', 'train', 'evaluate', 'inference', 'postprocess'],
        dataDigest: (await trialData(0.3)).digest,
        settings: { seed: 0, steps: 2, lr: 0.003 },
      },
    });
    expect(await leftOf('tries')).toEqual([]);

    const again = await parts.register('again', files, { trial: true });
    expect(again).toMatchObject({ changed: false, tried: true, receipt: result.receipt });
  });

  it('that fails refuses the package with the entry point and its last words, and leaves nothing', async () => {
    const files = await runningPackage('breaks', { preprocess: 'broken' });
    const failing = parts.register('breaks', files, { trial: true });
    await expect(failing).rejects.toMatchObject({
      code: 'trial-failed',
      message: expect.stringMatching(
        /preprocess ended with 1: KeyError: 'broken'\. Its last words: .* \| KeyError: 'broken'$/,
      ) as string,
      more: { where: 'MLproject#/entry_points/preprocess' },
    });
    expect(await leftOf('breaks')).toEqual([]);
    expect(await parts.mlflow.registeredModel('breaks')).toBeNull();
    await expect(parts.models.get('breaks')).rejects.toMatchObject({ code: 'not-found' });
    await expect(parts.catalog.get('models', 'breaks')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that is cancelled ends what runs and leaves nothing', async () => {
    const controller = new AbortController();
    const progress = (_percent: number, words: string): void => {
      if (words === 'preprocess: reading') controller.abort(new CairnError('cancelled', 'not wanted'));
    };
    const files = await runningPackage('stops');
    const cancelled = parts.register('stops', files, { trial: true }, { signal: controller.signal, progress });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await leftOf('stops')).toEqual([]);
    await expect(parts.models.get('stops')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is refused where x-trial names what is no setting, or an entry point does not take its paths', async () => {
    const strange = await runningPackage('strange', { trial: { epochs: 1 } });
    await expect(parts.register('strange', strange, { trial: true, checkOnly: true })).rejects.toMatchObject({
      code: 'package-invalid',
      message: expect.stringContaining('epochs') as string,
    });
    const files = await runningPackage('pathless');
    files['MLproject'] = files['MLproject']!.replace(/\{ model: string, image/, '{ weights: string, image');
    await expect(parts.register('pathless', files, { trial: true, checkOnly: true })).rejects.toMatchObject({
      code: 'package-invalid',
      more: { where: 'MLproject#/entry_points/inference/parameters' },
    });
  });
});
