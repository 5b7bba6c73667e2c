import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { digestHex, digestOf } from '@cairn/receipt';
import type { Database } from '../../src/db/database.ts';
import type { Actor } from '../../src/identity/actor.ts';
import type { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { ProcessBackend } from '../../src/inference/backend/process/backend.ts';
import { LocalServers } from '../../src/inference/backend/process/local-servers.ts';
import { ServingProgram } from '../../src/inference/backend/process/program.ts';
import { FeatureLogFiles } from '../../src/inference/feature-log-files.ts';
import type { FeatureLogs } from '../../src/inference/feature-logs.ts';
import { outlineThread } from '../../src/inference/outlines-thread.ts';
import { Precedence } from '../../src/inference/precedence.ts';
import { Predict } from '../../src/inference/predict.ts';
import { comparisonThread } from '../../src/inference/shadow/comparisons-thread.ts';
import { ShadowPrediction } from '../../src/inference/shadow/shadow-prediction.ts';
import type { Lease } from '../../src/jobs/lease.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import type { Receipts } from '../../src/receipts/receipts.ts';
import { Approvals } from '../../src/registry/approval.ts';
import { MlflowClient } from '../../src/registry/mlflow/client.ts';
import { buildings, type NetworkOutput } from '../../src/registry/network-output.ts';
import { Outbox } from '../../src/registry/outbox.ts';
import { writeRevision } from '../../src/registry/package/revision.ts';
import { versionSubjects } from '../../src/registry/receipt-facts.ts';
import type { VersionFiles } from '../../src/registry/version-files.ts';
import { Versions } from '../../src/registry/versions.ts';
import type { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { cogOf, place, type Picture } from '../imagery/geotiff.ts';
import { openImagery } from '../imagery/world.ts';
import { jobContext as job } from '../jobs/context.ts';
import { quietLogger } from '../registry/quiet.ts';

const weightsFile = fileURLToPath(new URL('../../../serving/test/fixture/brightness.onnx', import.meta.url));

/** A stride and halo that hold for the network of the tests; see brightness.py. */
const network = { gsd: 0.3, stride: 16, halo: 16, threshold: 0.5, output: buildings };

/** Of the model `sure`, which is `bright` but for this. */
export const sureness = { slope: 2, intercept: -1.5 };

/** What of a job a test may set. */
export interface Watch {
  /** The job, and by what it is held. */
  lease?: Lease;
  signal?: AbortSignal;
  onProgress?: (percent: number, message: string) => void;
  /** Where its buildings are told; left out: by the files of the world. */
  featureLogs?: FeatureLogs;
}

/** The context of a job that nobody else sees. */
export function jobContext({ lease, signal, onProgress }: Watch = {}): JobContext {
  return job({
    actor: mapper,
    ...(lease === undefined ? {} : { jobId: lease.jobId, lease }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { progress: onProgress }),
  });
}

const mapper = { id: 'owner', roles: ['mapper', 'scientist'] } as const satisfies Actor;
const approver = { id: 'devi', roles: ['approver'] } as const satisfies Actor;

/**
 * A platform with the model `bright` in production, whose buildings are what is bright, and `sure`, the same with a
 * calibration; all its parts are real.
 */
export async function openWorld({ maxAoiKm2 = 1, servers }: { maxAoiKm2?: number; servers?: ImageServers } = {}) {
  const imagery = await openImagery(servers);
  const { database, objects, receipts, home, catalog, imageries, reader, addImagery } = imagery;
  const outlines = outlineThread();
  const logger = quietLogger();
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: process.env['PATH'] ?? '' },
    logger,
  });
  const program = new ServingProgram({ folder: join(home, 'serving') });
  const backend = new ProcessBackend({ objects, servers: new LocalServers({ children, program, threads: 1 }) });
  const versions = new Versions({ database });
  const outbox = new Outbox({ database, mlflow: new MlflowClient({ server: noMlflow }), logger });
  const approvals = new Approvals({ database, versions, receipts, objects, outbox });
  const workFolder = join(home, 'jobs');
  const precedence = new Precedence();
  const comparisons = comparisonThread();
  const predicting = { versions, imageries, objects, backend, reader, outlines, maxAoiKm2, block: 512 };
  const files = new FeatureLogFiles(workFolder);
  const predict = (block: number, featureLogs: FeatureLogs = files): Predict => {
    const parts = { database, catalog, receipts, precedence, featureLogs, workFolder };
    return new Predict({ ...predicting, ...parts, block, callsAtOnce: 2 });
  };
  const shadow = new ShadowPrediction({ ...predicting, database, receipts, precedence, comparisons, workFolder });
  const parts = { objects, database, receipts, versions };
  await propose(parts, 'bright', await readFile(weightsFile));
  await propose(parts, 'sure', await readFile(weightsFile), { calibration: sureness });
  await approvals.changeStage('bright', 1, { to: 'production', reason: 'It finds what is bright.' }, approver);
  await approvals.changeStage('sure', 1, { to: 'production', reason: 'It knows how sure it is.' }, approver);
  return {
    ...imagery,
    versions,
    approvals,
    outbox,
    backend,
    predicting,
    precedence,
    /** The processes that answer for `bright/1`; asked by their records, since their memory is looked up slowly where many run. */
    servers: async (): Promise<number[]> =>
      (await readdir(join(home, 'run')))
        .map((name) => /^serving-bright-1-(\d+)\.json$/.exec(name)?.[1])
        .filter((pid) => pid !== undefined)
        .map(Number),
    featureLogs: files,
    /** What jobs run. */
    processes: { predict: predict(512), 'shadow-prediction': shadow },
    /** Registers a version that nobody has approved; its weights are no network where none is given. */
    propose: (model: string, version = 1, onnx: Uint8Array = Buffer.from(`weights of ${model}`)) =>
      propose(parts, model, onnx, { version }),
    /** Registers a model that answers another task, from a network of the tests, and brings it into production. */
    bring: async (model: string, onnx: Uint8Array, output: NetworkOutput) => {
      await propose(parts, model, onnx, { output });
      await approvals.changeStage(model, 1, { to: 'production', reason: 'It is of a test.' }, approver);
    },
    /** What is stored for a request, as the jobs ask before they start anything. */
    stored: (inputs: Omit<ProcessInput<'predict'>, 'model'>) => predict(1024).stored({ model: 'bright', ...inputs }),
    /** Adds a picture as imagery. */
    add: async (
      id: string,
      bytes: Uint8Array | AsyncIterable<Uint8Array>,
      told: { licence?: string } = {},
    ): Promise<ProcessResult<'add-imagery'>> => {
      const { digest } = await objects.put(bytes);
      const files = [{ path: `${id}.tif`, digest }];
      const label = { id, title: `Picture ${id}`, licence: 'CC0-1.0', attribution: 'Nobody', ...told };
      return addImagery.run({ ...label, files }, jobContext());
    },
    /** Predicts with blocks of a size. */
    find: (inputs: Omit<ProcessInput<'predict'>, 'model'>, block: number): Promise<ProcessResult<'predict'>> =>
      predict(block).run({ model: 'bright', ...inputs }, jobContext()),
    /** Predicts with blocks of a size, and reads what was kept. */
    predict: async (
      inputs: Omit<ProcessInput<'predict'>, 'model'> & { model?: string },
      block = 512,
      watch: Watch = {},
    ) => {
      const result = await predict(block, watch.featureLogs).run({ model: 'bright', ...inputs }, jobContext(watch));
      const text = Buffer.from(await objects.readAll(result.digest)).toString();
      return { result, text, features: (JSON.parse(text) as { features: Building[] }).features };
    },
    close: async () => {
      await backend.close();
      await Promise.all([outlines.close(), comparisons.close()]);
      await outbox.stop();
      await imagery.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A building of a prediction. */
export interface Building {
  id: string;
  geometry: { type: 'Polygon'; coordinates: [number, number][][] };
  properties: { class: string; confidence: number; area_m2: number };
}

/** An MLflow that cannot be had: predictions need none. */
const noMlflow = {
  ensure: () => Promise.reject(new CairnError('mlflow-unavailable', 'MLflow is down in this test.')),
  lost: () => Promise.resolve(),
};

interface Registry {
  objects: ObjectStore;
  database: Database;
  receipts: Receipts;
  versions: Versions;
}

/** Registers a version of a model, as a package that ships it would be. */
async function propose(
  { objects, database, receipts, versions }: Registry,
  model: string,
  onnx: Uint8Array,
  {
    version = 1,
    output = network.output,
    calibration,
  }: { version?: number; output?: NetworkOutput; calibration?: typeof sureness } = {},
) {
  const { digest: weights } = await objects.put(onnx);
  const told = { ...calibration, method: 'platt', threshold: network.threshold, weights };
  const counted = { fitted_on: 40, measured_on: 40, error: { before: 0.2, after: 0.1 } };
  const kept = calibration && (await objects.put(Buffer.from(JSON.stringify({ ...told, ...counted }))));
  const [pack, lock, data] = [digestOf(`package ${version} of ${model}`), digestOf('lock'), digestOf('data')];
  const row = {
    ...network,
    output,
    model,
    version,
    name: `v${version}`,
    title: 'Brightness',
    weights_digest: weights as `sha256:${string}`,
    package_digest: pack,
    environment_digest: lock,
    commit: null,
    run_id: `run-${version}`,
    dataset_digest: data,
    dataset: null,
    known: 'imported' as const,
    data: 'generated' as const,
    metrics: {},
    bbox: [86, 27, 86.1, 27.1] as [number, number, number, number],
    files: (kept === undefined ? {} : { 'calibration.json': kept }) as VersionFiles,
    record: { data: { title: 'Roofs', licence: 'CC0-1.0', attribution: 'Nobody' } },
  };
  await database.transaction(async (tx) => {
    const { digest: registration } = await receipts.issue(tx, {
      kind: 'registration',
      subject: `model:${model}`,
      facts: {
        model: { value: model, known: 'witnessed' },
        codeCommit: { value: { commit: null, path: '', reason: 'a test' }, known: 'witnessed' },
        packageDigest: { value: pack, known: 'witnessed' },
        environmentDigest: { value: lock, known: 'witnessed' },
      },
      subjects: [{ name: model, digest: { sha256: digestHex(pack) } }],
      upstream: [],
    });
    const revision = { model, package_digest: pack, files: [], commit: null, environment_digest: lock };
    await writeRevision(tx, { ...revision, receipt: registration });
    const { digest: receipt } = await receipts.issue(tx, {
      kind: 'import',
      subject: `version:${model}/${version}`,
      facts: {
        model: { value: model, known: 'witnessed' },
        version: { value: `${model}/${version}`, known: 'witnessed' },
        packageDigest: { value: pack, known: 'witnessed' },
        weightsDigest: { value: row.weights_digest, known: 'witnessed' },
        environmentDigest: { value: lock, known: 'imported' },
        mlflowRun: { value: row.run_id, known: 'imported' },
        datasetDigest: { value: { digest: data, dvcMd5: null }, known: 'imported' },
        parameters: { value: { steps: 1 }, known: 'imported' },
      },
      subjects: versionSubjects(row),
      upstream: [registration],
    });
    await versions.propose(tx, { ...row, receipt }, mapper);
  });
}

/** Size of the settlement in pixels of 0.3 m. */
export const extent = { width: 1300, height: 1100 };

/** One roof of the settlement in pixels: x0, y0, x1, y1. */
export type Roof = readonly [number, number, number, number];

/** The roofs: one in a cell of 80 pixels, of sizes and places that a hash tells; blocks of 512 cut some of them. */
export const roofs: readonly Roof[] = Array.from({ length: 16 * 13 }, (_, i) => {
  const hash = createHash('sha256').update(String(i)).digest();
  const [x, y] = [(i % 16) * 80 + 4 + (hash[0]! % 10), Math.floor(i / 16) * 80 + 4 + (hash[1]! % 10)];
  return [x, y, x + 24 + (hash[2]! % 40), y + 24 + (hash[3]! % 40)] as const;
});

/**
 * A settlement of bright roofs on dark ground, without data in its south-eastern corner.
 * @param cut pixels that are missing at the left and at the top; what is left keeps its place on the ground
 */
export function settlement(cut = { x: 0, y: 0 }): Promise<Uint8Array> {
  const lit = new Uint8Array(extent.width * extent.height);
  for (const [x0, y0, x1, y1] of roofs)
    for (let y = y0; y < y1; y++) lit.fill(1, y * extent.width + x0, y * extent.width + x1);
  const picture: Picture = (left, top) => {
    const [x, y] = [left + cut.x, top + cut.y];
    if (!hasImagery(x, y)) return [0, 0, 0, 0];
    const grey = (lit[y * extent.width + x] === 1 ? 200 : 40) + ((x * 7 + y * 13) % 24);
    return [grey, grey, grey, 255];
  };
  const { west, north, pixelWidth, pixelHeight } = place;
  const reference = { ...place, west: west + cut.x * pixelWidth, north: north - cut.y * pixelHeight };
  return cogOf(extent.width - cut.x, extent.height - cut.y, picture, { tile: 256, reference });
}

/** Where the settlement's image has data. */
export function hasImagery(x: number, y: number): boolean {
  return x + y < 2200;
}
