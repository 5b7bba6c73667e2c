import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalog } from '../../src/catalog/catalog.ts';
import { AddDataset } from '../../src/data/add-dataset.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { Datasets } from '../../src/data/datasets.ts';
import { DataAddresses } from '../../src/data/origin/addresses.ts';
import { DataOrigin } from '../../src/data/origin/data-origin.ts';
import { DatasetPinning } from '../../src/data/pinning.ts';
import { datasetThread } from '../../src/data/reader-thread.ts';
import { DataHistory } from '../../src/data/history.ts';
import { DataRepository } from '../../src/data/repository.ts';
import type { Database } from '../../src/db/database.ts';
import type { Actor } from '../../src/identity/actor.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { ProcessRunner } from '../../src/jobs/runner/process/process-runner.ts';
import type { Runner } from '../../src/jobs/runner/runner.ts';
import { mlflowProxy } from '../../src/registry/mlflow/proxy.ts';
import { RegisterModel } from '../../src/registry/package/register-model.ts';
import { EvaluateVersion } from '../../src/training/evaluate-version.ts';
import { ReproduceRun } from '../../src/training/reproduce-run.ts';
import { TrainModel } from '../../src/training/train-model.ts';
import { Children } from '../../src/supervise/child.ts';
import { labels, soundFiles, square } from '../data/folder.ts';
import { jobContext } from '../jobs/context.ts';
import { ownHistory } from '../data/own-history.ts';
import { tools } from '../db/template.ts';
import { startIdentity } from '../identity/gateway.ts';
import { openMlflow, type TestMlflow } from '../registry/mlflow-fixture.ts';
import { upload } from '../registry/package-fixture.ts';
import { quietLogger } from '../registry/quiet.ts';
import { registryOn } from '../registry/registry-fixture.ts';
import { trainablePackage } from './trainable-package.ts';

/** Who trains. */
export const scientist: Actor = { id: 'owner', roles: ['scientist'] };

/**
 * A gateway as far as a training needs one, with every part real: database, MLflow and its door, DVC, `mlflow run`. A model
 * `tiny` without versions and a dataset `town` are registered.
 */
export async function openTraining() {
  const home = await mkdtemp(join(tmpdir(), 'cairn-training-'));
  const mlflow = await openMlflow();
  const gateway = await startIdentity((database) => [
    mlflowProxy({ server: mlflow.server, database, maxUploadBytes: 64 * 1024 * 1024 }),
  ]);
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.app.server.address() as AddressInfo;
  const { database, tokens } = gateway;
  const registry = registryOn(database, home, mlflow.server);
  const { objects, receipts, versions, outbox } = registry;
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
  const repository = new DataRepository({
    folder: join(home, 'data'),
    remote: new FolderRemote({ folder: join(home, 'dvc-remote') }),
    history: new DataHistory({ database }),
    tools,
    environment,
    children,
  });
  const datasets = new Datasets({ catalog });
  const runner = new ProcessRunner({
    children,
    tools,
    environments: join(home, 'environments'),
    manager: 'local',
    path,
  });
  const reader = datasetThread();
  const dataOrigin = new DataOrigin({
    addresses: new DataAddresses({ allowed: [join(home, 'theirs')], proxied: false }),
    objects,
    mostBytes: Infinity,
    tools,
    environment,
    children,
  });
  const workFolder = join(home, 'jobs');
  const pinning = new DatasetPinning({
    database,
    catalog,
    datasets,
    objects,
    repository,
    receipts,
    reader,
    dataOrigin,
    workFolder,
  });
  const add = new AddDataset({ pinning, objects });
  const register = new RegisterModel({
    database,
    objects,
    catalog,
    receipts,
    versions,
    mlflow: mlflow.client,
    outbox,
    gitPackages: registry.gitPackages,
    trials: registry.trials,
  });
  const training = {
    database,
    objects,
    catalog,
    receipts,
    versions,
    datasets,
    pinning,
    repository,
    mlflow: mlflow.client,
    outbox,
    tokens,
    runner,
    address: () => `http://127.0.0.1:${port}`,
    workFolder: join(home, 'jobs'),
  };
  const train = new TrainModel(training);
  const reproduce = new ReproduceRun(training);
  const evaluate = new EvaluateVersion(training);

  const own = await trainablePackage();
  /** A data repository that is somebody else's. */
  const theirs = new DataRepository({
    folder: join(home, 'theirs', 'data'),
    remote: new FolderRemote({ folder: join(home, 'theirs', 'remote') }),
    history: ownHistory(),
    tools,
    environment,
    children,
  });
  /** Registers the model's package, with other files in place of its own. */
  const registerWith = async (change: Record<string, string | Uint8Array>) =>
    register.run({ files: await upload(objects, { ...own, ...change }) }, context('register'));
  const registered = await registerWith({});
  /** Adds the dataset, with a building of that size. */
  const addTown = async (size: number) => {
    const chips = { ...(await soundFiles()), 'labels.geojson': labels([square(0.25, size)]) };
    const files = [];
    for (const [file, content] of Object.entries(chips)) {
      const { digest } = await objects.put(new Uint8Array(Buffer.from(content)));
      files.push({ path: file, digest });
    }
    return add.run({ id: 'town', title: 'A town', licence: 'ODbL-1.0', files }, context('add'));
  };
  const dataset = await addTown(0.5);

  return {
    ...registry,
    home,
    catalog,
    datasets,
    tokens,
    mlflow,
    train,
    reproduce,
    evaluate,
    runner,
    /** Training by another runner. */
    trainBy: (other: Runner) => new TrainModel({ ...training, runner: other }),
    package: own,
    registerWith,
    registered,
    addTown,
    theirs,
    dataset,
    close: async () => {
      await outbox.stop();
      await children.stopAll();
      await reader.close();
      await gateway.close();
      await mlflow.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A job's row, which the door to MLflow and the tokens refer to. */
export async function jobRow(database: Database, id: string): Promise<string> {
  await database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor)
     values ($1, 'train-model', '{}', $1, 'running', $2)`,
    [id, scientist.id],
  );
  return id;
}

/** The context of a job that nobody follows. */
export function context(jobId: string, more: Partial<JobContext> = {}): JobContext {
  return jobContext({ jobId, actor: scientist, ...more });
}

/** The data that MLflow names as what went into a run. */
export async function inputsOf({ server }: TestMlflow, runId: string) {
  const { address } = await server.ensure();
  const response = await fetch(`${address}/api/2.0/mlflow/runs/get?run_id=${runId}`);
  const { run } = (await response.json()) as {
    run: { inputs: { dataset_inputs: { tags: { key: string; value: string }[]; dataset: Record<string, string> }[] } };
  };
  return run.inputs.dataset_inputs;
}
