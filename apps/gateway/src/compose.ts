import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { makeApp } from './app.ts';
import { Catalog } from './catalog/catalog.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { AddDataset } from './data/add-dataset.ts';
import { DatasetVersions } from './data/dataset-versions.ts';
import { Datasets } from './data/datasets.ts';
import { DataAddresses } from './data/origin/addresses.ts';
import { DataOrigin } from './data/origin/data-origin.ts';
import { DataHistory } from './data/history.ts';
import { DatasetPinning } from './data/pinning.ts';
import { BucketRemote } from './data/remote/bucket-remote.ts';
import { FolderRemote } from './data/remote/folder-remote.ts';
import { datasetThread } from './data/reader-thread.ts';
import { DataRepository } from './data/repository.ts';
import { datasetRoutes } from './data/routes.ts';
import { migrate, readMigrations } from './db/migrate.ts';
import { PgliteDatabase } from './db/pglite/database.ts';
import { PostgresDatabase } from './db/postgres/database.ts';
import { accountRoutes } from './identity/account-routes.ts';
import { Accounts } from './identity/accounts.ts';
import { givePassword } from './identity/first-password.ts';
import { EventLog } from './identity/event-log.ts';
import { eventRoutes } from './identity/event-routes.ts';
import { guard } from './identity/guard.ts';
import { demandAccounts, Hosts } from './identity/hosts.ts';
import { readKeys } from './identity/keys.ts';
import { readOwnerToken } from './identity/owner-token.ts';
import { identityRoutes } from './identity/routes.ts';
import { claimSigningKey } from './identity/signing-key.ts';
import { Tokens } from './identity/tokens.ts';
import { AddImagery } from './imagery/add-imagery.ts';
import { ImageHosts } from './imagery/http/image-hosts.ts';
import { ImageServers } from './imagery/http/image-servers.ts';
import { Imageries } from './imagery/imageries.ts';
import { imageryThread } from './imagery/reader-thread.ts';
import { ImageAddresses } from './imagery/remote/image-addresses.ts';
import { RemoteImages } from './imagery/remote/remote-images.ts';
import { imageryRoutes } from './imagery/routes.ts';
import { TileCache } from './imagery/xyz/tile-cache.ts';
import { TileServers } from './imagery/xyz/tile-servers.ts';
import { TileSets } from './imagery/xyz/tile-sets.ts';
import { ProcessBackend } from './inference/backend/process/backend.ts';
import { HostedServers } from './inference/backend/process/hosted-servers.ts';
import { LocalServers } from './inference/backend/process/local-servers.ts';
import { ServingProgram } from './inference/backend/process/program.ts';
import { openSeldonBackend } from './inference/backend/seldon/open.ts';
import { Feedback } from './feedback/feedback.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { DrawExamples } from './inference/examples/draw-examples.ts';
import { estimateRoutes } from './inference/estimate-routes.ts';
import { exportRoutes } from './inference/export-routes.ts';
import { FeatureLogFiles } from './inference/feature-log-files.ts';
import { featureRoutes } from './inference/feature-routes.ts';
import { exportThread } from './inference/exports-thread.ts';
import { Inferences } from './inference/door/inferences.ts';
import { doorRoutes } from './inference/door/routes.ts';
import { outlineThread } from './inference/outlines-thread.ts';
import { Precedence } from './inference/precedence.ts';
import { Predict } from './inference/predict.ts';
import { inferenceRoutes } from './inference/routes.ts';
import { SharedFeatureLogs } from './inference/shared-feature-logs.ts';
import { comparisonThread } from './inference/shadow/comparisons-thread.ts';
import { ShadowPrediction } from './inference/shadow/shadow-prediction.ts';
import { CallbackHosts } from './jobs/callbacks/callback-hosts.ts';
import { Callbacks } from './jobs/callbacks/callbacks.ts';
import { Jobs } from './jobs/engine.ts';
import { jobRoutes } from './jobs/routes.ts';
import { openArgoRunner } from './jobs/runner/argo/open.ts';
import { ProcessRunner } from './jobs/runner/process/process-runner.ts';
import { BlueprintProbes } from './platform/blueprint/blueprint.ts';
import { probesOf } from './platform/blueprint/probes.ts';
import { docsRoutes } from './platform/docs.ts';
import { pageRoutes } from './platform/page.ts';
import { platformRoutes } from './platform/routes.ts';
import { Platform } from './platform/status.ts';
import { Receipts } from './receipts/receipts.ts';
import { receiptRoutes } from './receipts/routes.ts';
import { Approvals } from './registry/approval.ts';
import { Canaries } from './registry/canaries.ts';
import { canaryRoutes } from './registry/canary-routes.ts';
import { exampleRoutes } from './registry/example-routes.ts';
import { MlflowClient } from './registry/mlflow/client.ts';
import { MlflowInventory } from './registry/mlflow/inventory.ts';
import { mlflowProxy } from './registry/mlflow/proxy.ts';
import { OrphanRuns } from './registry/mlflow/orphans.ts';
import { RemoteMlflow } from './registry/mlflow/remote.ts';
import { MlflowServer } from './registry/mlflow/server.ts';
import { Outbox } from './registry/outbox.ts';
import { GitHosts } from './registry/package/git-hosts.ts';
import { GitPackages } from './registry/package/git-source.ts';
import { BuildkitEngine } from './registry/package/buildkit-engine.ts';
import { DockerEngine } from './registry/package/docker-engine.ts';
import { ImageBuilder } from './registry/package/image-builder.ts';
import { RegisterModel } from './registry/package/register-model.ts';
import { modelRoutes } from './registry/model-routes.ts';
import { Models } from './registry/models.ts';
import { revocationRoutes } from './registry/revocation-routes.ts';
import { Revocations } from './registry/revocation.ts';
import { registryRoutes } from './registry/routes.ts';
import { shadowRoutes } from './registry/shadow-routes.ts';
import { Shadows } from './registry/shadows.ts';
import { versionFileRoutes } from './registry/version-file-routes.ts';
import { Versions } from './registry/versions.ts';
import { Bucket } from './storage/bucket.ts';
import { ObjectBucket } from './storage/object-bucket.ts';
import { Reviews } from './review/reviews.ts';
import { reviewRoutes } from './review/routes.ts';
import { ObjectStore } from './storage/objects.ts';
import { uploadRoutes } from './storage/uploads.ts';
import { surveyOf } from './survey/checks.ts';
import { surveyRoutes } from './survey/routes.ts';
import { Children } from './supervise/child.ts';
import { StateLock } from './supervise/state-lock.ts';
import { EvaluateVersion } from './training/evaluate-version.ts';
import { ReproduceRun } from './training/reproduce-run.ts';
import { runRoutes } from './training/run-routes.ts';
import { Runs } from './training/runs.ts';
import { TrainModel } from './training/train-model.ts';
import { trainingEstimateRoutes } from './training/training-estimate.ts';
import { Trials } from './training/trials.ts';
import { meterProgram } from './usage/meter.ts';
import { usageRoutes } from './usage/routes.ts';

/** A gateway that is put together and does not listen yet. */
export interface Gateway {
  /** Binds the port, announces the address, begins to work. Answers the address. */
  listen(): Promise<string>;
  /** Ends in order: no new requests, jobs given back, children ended, database closed, folder released. */
  stop(): Promise<void>;
}

/**
 * Puts a gateway together: takes the state folder, ends what an earlier gateway left running, opens the database and brings it
 * forward, and hands every domain what it works with. What the settings name no server for lies in the state folder. The only
 * importer of adapters.
 * @param tell told in words what takes long
 * @throws CairnError `state-locked`, `state-too-new`, `signing-key-differs`, `tools-missing`, `disk-full`; `listen` also `port-in-use`,
 * `accounts-missing`, `database-unavailable`
 */
export async function compose(config: Config, tell: (words: string) => void): Promise<Gateway> {
  const { home, tools } = config;
  const lock = await StateLock.take(home);
  const logFolder = join(home, 'logs');
  const workFolder = join(home, 'jobs');
  await Promise.all([logFolder, workFolder].map((folder) => mkdir(folder, { recursive: true })));
  const logger = pino(
    { level: config.logLevel },
    pino.destination({ dest: config.logsToStderr ? 2 : join(logFolder, 'gateway.log'), sync: false }),
  );
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder,
    environment: config.childEnvironment,
    logger,
    onProgram: meterProgram,
  });
  await children.reap();

  const objects = new ObjectStore({
    root: join(home, 'objects'),
    ...(config.objectsBucket === null
      ? {}
      : { behind: new ObjectBucket({ bucket: new Bucket({ access: config.objectsBucket }) }) }),
  });
  await objects.sweep();
  const database =
    config.databaseUrl === ''
      ? await PgliteDatabase.open({ folder: join(home, 'db'), onProgress: tell })
      : await PostgresDatabase.open({ url: config.databaseUrl });
  await migrate(database, await readMigrations(tools), tell);
  const catalog = new Catalog({ database });
  await catalog.prepare();
  const keys = await readKeys(home, config.signingKey);
  await claimSigningKey(database, keys, config.lostKey);
  const tokens = new Tokens({ database });
  await tokens.ensureOwner(await readOwnerToken(home, config.ownerToken));
  const accounts = new Accounts({ database, tokens });
  if (config.ownerPassword !== '') await givePassword(accounts, config.ownerPassword);
  const receipts = new Receipts({ keys });

  const onUp = (): void => orphans.closeSoon();
  const mlflowServer =
    config.mlflowAddress === ''
      ? new MlflowServer({ children, tools, folder: join(home, 'mlflow'), onUp })
      : new RemoteMlflow({ address: config.mlflowAddress, onUp });
  const mlflow = new MlflowClient({ server: mlflowServer });
  const orphans = new OrphanRuns({ database, mlflow, logger });
  const versions = new Versions({ database });
  const outbox = new Outbox({ database, mlflow, logger });
  const approvals = new Approvals({ database, versions, receipts, objects, outbox });

  const reader = imageryThread();
  const imageries = new Imageries({ catalog });
  const imageServers = new ImageServers({ hosts: new ImageHosts({ allowed: config.tileHosts }) });
  const { cluster, graphs, idleMs } = config;
  const program = new ServingProgram({ folder: join(home, 'serving') });
  const threads = config.threads === 0 ? availableParallelism() : config.threads;
  const servers =
    config.serving === null
      ? new LocalServers({ children, program, threads })
      : new HostedServers({ ...config.serving, threads });
  const backend =
    graphs === null
      ? new ProcessBackend({ objects, servers, idleMs })
      : await openSeldonBackend(graphs, {
          publicKeyPem: keys.publicKeyPem,
          mayServe: () => versions.mayServe(),
          logger,
          idleMs,
        });
  const datasetReader = datasetThread();
  const remote =
    config.dvcBucket === null
      ? new FolderRemote({ folder: join(home, 'dvc-remote') })
      : new BucketRemote({ access: config.dvcBucket });
  const repository = new DataRepository({
    folder: join(home, 'data'),
    remote,
    history: new DataHistory({ database }),
    tools,
    environment: config.childEnvironment,
    children,
  });
  const datasets = new Datasets({ catalog });
  const datasetVersions = new DatasetVersions({ database, objects });
  const outlines = outlineThread();
  const exporter = exportThread();
  const comparisons = comparisonThread();
  const precedence = new Precedence();
  const files = new FeatureLogFiles(workFolder);
  // What only this gateway reads need not go through the database.
  const featureLogs = config.databaseUrl === '' ? files : new SharedFeatureLogs({ database, files });

  const local = new ProcessRunner({
    children,
    tools,
    environments: join(home, 'environments'),
    manager: 'uv',
    path: config.childEnvironment['PATH'] ?? '',
  });
  const runner = cluster === null ? local : await openArgoRunner(cluster);
  const proxied = Object.keys(config.childEnvironment).some((name) => /^(https|all)_proxy$/i.test(name));
  const gitPackages = new GitPackages({
    objects,
    children,
    environment: config.childEnvironment,
    hosts: new GitHosts({ allowed: config.gitHosts, proxied }),
    workFolder,
    limit: config.maxUploadBytes,
  });
  const building = { children, environment: config.dockerEnvironment };
  const pinning = new DatasetPinning({
    database,
    catalog,
    datasets,
    objects,
    repository,
    receipts,
    reader: datasetReader,
    dataOrigin: new DataOrigin({
      addresses: new DataAddresses({ allowed: config.dataSources, proxied }),
      objects,
      mostBytes: config.maxUploadBytes,
      tools,
      environment: config.childEnvironment,
      children,
    }),
    workFolder,
  });
  // Known when the port is bound; no job runs before.
  let address = '';
  const stopping = new AbortController();
  let sharing: Promise<void> = Promise.resolve();
  const training = {
    database,
    objects,
    catalog,
    receipts,
    versions,
    datasets,
    pinning,
    repository,
    mlflow,
    outbox,
    tokens,
    runner,
    address: () => cluster?.stepAddress ?? address,
    workFolder,
  };

  const predicting = {
    versions,
    imageries,
    objects,
    backend,
    reader,
    outlines,
    maxAoiKm2: config.maxAoiKm2,
    block: config.block,
  };

  const jobs = new Jobs({
    database,
    folder: workFolder,
    logger,
    rates: config.rates,
    processes: {
      'register-model': new RegisterModel({
        database,
        objects,
        catalog,
        receipts,
        versions,
        mlflow,
        outbox,
        gitPackages,
        trials: new Trials({ ...training, runner: local, address: () => address }),
        ...(config.registry === ''
          ? {}
          : {
              images: new ImageBuilder({
                engine:
                  config.buildkit === null
                    ? new DockerEngine(building)
                    : new BuildkitEngine({ ...config.buildkit, ...building }),
                registry: config.registry,
                required: config.imageRequired,
                objects,
                workFolder,
              }),
            }),
      }),
      'add-dataset': new AddDataset({ pinning, objects }),
      'add-imagery': new AddImagery({
        database,
        catalog,
        imageries,
        objects,
        receipts,
        reader,
        tileSets: new TileSets({
          servers: new TileServers({ servers: imageServers, objects, cache: new TileCache({ database }) }),
        }),
        remoteImages: new RemoteImages({
          addresses: new ImageAddresses({ servers: imageServers, store: config.imageStore }),
          reader,
          mostBytes: config.maxUploadBytes,
        }),
        workFolder,
      }),
      'train-model': new TrainModel(training),
      'reproduce-run': new ReproduceRun(training),
      'evaluate-version': new EvaluateVersion(training),
      'draw-examples': new DrawExamples({
        database,
        precedence,
        datasetVersions,
        datasetReader,
        comparisons,
        workFolder,
        ...predicting,
      }),
      predict: new Predict({
        database,
        catalog,
        receipts,
        precedence,
        featureLogs,
        workFolder,
        ...predicting,
        callsAtOnce: 2,
      }),
      'shadow-prediction': new ShadowPrediction({
        database,
        receipts,
        precedence,
        comparisons,
        workFolder,
        ...predicting,
      }),
    },
  });

  const survey = surveyOf({
    database,
    objects,
    backend,
    versions,
    mlflow,
    inventory: new MlflowInventory({ server: mlflowServer }),
    outbox,
    workFolder,
    uploadFolder: objects.uploadFolder,
    remote,
    offered: () => jobs.offered,
  });
  const callbackHosts = new CallbackHosts({ allowed: config.callbackHosts });
  const callbacks = new Callbacks({ database, hosts: callbackHosts, logger, address: () => address });

  const app = await makeApp({
    logger,
    guard: guard({
      tokens,
      hosts: new Hosts({
        host: config.host,
        others: [
          ...config.hosts,
          ...[cluster, graphs].flatMap((one) => (one === null ? [] : [new URL(one.stepAddress).hostname])),
        ],
      }),
    }),
    routes: [
      platformRoutes({
        platform: new Platform({
          database,
          hasServer: config.databaseUrl !== '',
          mlflow: mlflowServer,
          servers: backend,
        }),
        blueprint: new BlueprintProbes({
          probes: await probesOf({ config, address: () => address, database, mlflow: mlflowServer, servers: backend }),
        }),
      }),
      identityRoutes({ tokens, accounts, keys }),
      accountRoutes({ accounts, tokens }),
      eventRoutes({ log: new EventLog({ database }) }),
      usageRoutes({ database }),
      uploadRoutes({ objects, maxUploadBytes: config.maxUploadBytes }),
      catalogRoutes({ catalog }),
      jobRoutes({ jobs, callbackHosts }),
      registryRoutes({ versions, approvals, database, objects }),
      canaryRoutes({ canaries: new Canaries({ database, versions, outbox }) }),
      shadowRoutes({ shadows: new Shadows({ database, versions, outbox }) }),
      versionFileRoutes({ versions, objects }),
      exampleRoutes({ database, objects }),
      modelRoutes({ database, objects, models: new Models({ database, catalog }) }),
      revocationRoutes({ revocations: new Revocations({ database, receipts, outbox }) }),
      mlflowProxy({ server: mlflowServer, database, maxUploadBytes: config.maxUploadBytes }),
      runRoutes({ runs: new Runs({ database, mlflow }), jobs }),
      trainingEstimateRoutes({ database, objects, datasets, rates: config.rates }),
      datasetRoutes({ versions: datasetVersions, objects, reader: datasetReader }),
      imageryRoutes({ imageries, objects, reader }),
      inferenceRoutes({ database, objects }),
      exportRoutes({ database, objects, exporter }),
      reviewRoutes({ reviews: new Reviews({ database, objects }) }),
      featureRoutes({ jobs, objects, logs: featureLogs }),
      doorRoutes({ versions, inferences: new Inferences({ database, versions, receipts, backend, precedence }) }),
      estimateRoutes({ database, ...predicting, rates: config.rates }),
      receiptRoutes({ receipts, database }),
      surveyRoutes({ survey }),
      feedbackRoutes({ feedback: new Feedback({ database }) }),
      docsRoutes({ folder: config.docs }),
      pageRoutes({ folder: config.web }),
    ],
  });

  return {
    listen: async () => {
      await demandAccounts(config.host, accounts);
      address = await app.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
        throw portProblem(config, cause);
      });
      await lock.announce(address);
      await jobs.start();
      outbox.start();
      callbacks.start();
      // Before anybody works with the data: its folder may go with this gateway.
      sharing = repository
        .share({ signal: stopping.signal, log: (line) => logger.info(line) })
        .catch((error: unknown) => {
          logger.error(
            error,
            'The history of data could not be shared; the next dataset that is added or used will share it',
          );
        });
      // Whoever asks first shall not wait for it; why it cannot be made is told when a model server is started.
      if (graphs === null && config.serving === null) program.file().catch(() => undefined);
      return address;
    },
    stop: async () => {
      stopping.abort();
      await app.close();
      await jobs.stop();
      await sharing;
      await outbox.stop();
      await callbacks.stop();
      await backend.close();
      await mlflowServer.stop();
      await children.stopAll();
      const threads = [reader, datasetReader, outlines, exporter, comparisons];
      await Promise.all(threads.map((thread) => thread.close()));
      await database.close();
      await lock.release();
    },
  };
}

function portProblem({ host, port }: Config, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return cause;
  const why = {
    EADDRINUSE: 'is in use',
    EACCES: 'may not be used by this account',
    EADDRNOTAVAIL: 'is not on this machine',
  }[code];
  return new CairnError('port-in-use', `The port ${port} on ${host} ${why}.`, {
    where: `${host}:${port}`,
    action: 'Give another one with --port or CAIRN_PORT (0: any free one), or end the program that holds it.',
    cause,
  });
}
