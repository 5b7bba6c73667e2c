import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { aoiGeometry, crsOf, type Aoi, type Block, type BlockGrid } from '@cairn/geo';
import { digestHex, isDigest, makeReceipt, type JsonObject } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database } from '../db/database.ts';
import { recordEvent } from '../identity/events.ts';
import type { Imageries, Imagery } from '../imagery/imageries.ts';
import { modelGrid, type ModelGrid } from '../imagery/model-grid.ts';
import type { ImageryThread } from '../imagery/reader-thread.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Draft, Issued, Receipts } from '../receipts/receipts.ts';
import { demandUnrevoked } from '../registry/revocation.ts';
import { versionId } from '../registry/version-row.ts';
import type { ProductionVersion, Versions } from '../registry/versions.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { areaOf } from './area.ts';
import type { GraphBackend } from './backend/backend.ts';
import { blockRequest, hasData, sampledData, seenBy } from './block-image.ts';
import { BuildingFile } from './building-file.ts';
import { featureCollection } from './feature-collection.ts';
import { blockSize, graphOf, layoutOf, type Graph } from './graph.ts';
import type { OutlineThread } from './outlines-thread.ts';
import { buildingsAddress, predictionItem } from './prediction-item.ts';
import { insertPrediction, type NewPrediction, predictionOf } from './prediction-row.ts';
import { parametersOf, requestDigest, type Parameters } from './request.ts';
import { trailOf } from './trail.ts';

type Inputs = ProcessInput<'predict'>;
type Result = ProcessResult<'predict'>;

/** What the process works with. */
export interface PredictParts {
  database: Database;
  catalog: Pick<Catalog, 'upsert'>;
  versions: Versions;
  imageries: Imageries;
  objects: ObjectStore;
  receipts: Receipts;
  backend: GraphBackend;
  reader: ImageryThread;
  outlines: OutlineThread;
  /** Folder of work folders, one a job. */
  workFolder: string;
  /** Largest area that may be asked for at once. */
  maxAoiKm2: number;
  /** Wanted edge of a block's core in pixels of the model's grid. */
  block: number;
}

/** A request that was understood. */
interface Task {
  version: ProductionVersion;
  imagery: Imagery;
  aoi: Aoi;
  parameters: Parameters;
  request: Digest;
  path: string;
  model: ModelGrid;
  crs: string;
  graph: Graph;
  grid: BlockGrid;
}

/**
 * The process `predict`: an area of imagery becomes buildings, by a version in production. The area is cut into blocks on the
 * imagery's own grid; the next block's pixels are read while the graph works on the one before. Nothing is written before
 * the end, where row, item, receipt and event come in one transaction; a job that was killed begins again.
 */
export class Predict implements Process<'predict'> {
  readonly id = 'predict';
  readonly #parts: PredictParts;

  constructor(parts: PredictParts) {
    this.#parts = parts;
  }

  /** The prediction that answered an identical request before. What cannot be answered is told by the run. */
  async stored(inputs: Inputs): Promise<Result | null> {
    try {
      const { request } = await this.#understand(inputs);
      const row = await predictionOf(this.#parts.database, request);
      return row === null ? null : toResult(row, true);
    } catch (error) {
      if (error instanceof CairnError) return null;
      throw error;
    }
  }

  /**
   * @throws CairnError `not-found`, `version-not-in-production`, `aoi-*`, `imagery-*`, `weights-digest-mismatch`,
   * `revoked`, `model-output-invalid`, `serving-unavailable`, `disk-full`
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const started = performance.now();
    const { database, outlines, workFolder } = this.#parts;
    context.step('Look at the request');
    const task = await this.#understand(inputs);
    const stored = await predictionOf(database, task.request);
    if (stored !== null) return toResult(stored, true);
    // Beside the job's log, which stays.
    const folder = join(workFolder, context.jobId, 'predict');
    await mkdir(folder, { recursive: true });
    const buildings = await BuildingFile.open(join(folder, 'buildings.ndjson'));
    try {
      context.step('Find buildings');
      const covered = await this.#infer(task, buildings, context);
      context.step('Sign the receipt');
      context.progress(97, `Signing the receipt of ${buildings.count} buildings`);
      const seconds = (): number => Math.round(performance.now() - started) / 1000;
      return await this.#keep(task, buildings, covered / 1e6, seconds, context);
    } finally {
      await outlines.call('end', context.jobId);
      await buildings.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #understand(inputs: Inputs): Promise<Task> {
    const { versions, imageries, objects, reader, maxAoiKm2 } = this.#parts;
    const version = await versions.production(inputs.model);
    const imagery = await imageries.get(inputs.imagery);
    const path = objects.path(imagery.digest);
    const info = await reader.call('describe', path);
    const aoi = areaOf(inputs.aoi, info.footprint, maxAoiKm2);
    const reference = { crs: crsOf(info.crs), transform: info.transform };
    const model = modelGrid({ width: info.width, height: info.height, reference }, version.gsd);
    const graph = graphOf(version);
    const { width, height } = model;
    const { halo, stride } = layoutOf(graph);
    const grid = { width, height, size: blockSize(graph, this.#parts.block), halo, stride };
    const parameters = parametersOf(inputs, version);
    const request = requestDigest(version, imagery, aoiGeometry(aoi), parameters);
    return { version, imagery, aoi, parameters, request, path, model, crs: info.crs, graph, grid };
  }

  /** Runs the graph over the area's blocks, and on over those that buildings of the area reach into; answers m² covered. */
  async #infer(task: Task, buildings: BuildingFile, context: JobContext): Promise<number> {
    const { outlines } = this.#parts;
    const { version, aoi, parameters, grid, model, crs } = task;
    const step = sampleStep(aoi.area / version.gsd ** 2);
    let blocks = await outlines.call('begin', context.jobId, {
      grid,
      crs,
      transform: model.transform,
      aoi: aoiGeometry(aoi),
      minArea: parameters.minArea,
      tolerance: parameters.simplify / version.gsd,
      step,
    });
    let covered = 0;
    let done = 0;
    for (let total = blocks.length; blocks.length > 0; total += blocks.length) {
      let next: Promise<Prepared> | undefined;
      for (const [i, block] of blocks.entries()) {
        context.signal.throwIfAborted();
        context.progress(2 + (94 * done) / total, words(done, total, buildings.count));
        const prepared = await (next ?? this.#prepare(task, block, step));
        const following = blocks[i + 1];
        next = following && this.#prepare(task, following, step);
        // It is waited for in the next turn; until then its failure must not end the program.
        next?.catch(() => undefined);
        const shapes = prepared.request && (await this.#shapes(task.graph, prepared.request, context.signal));
        const { col, row } = block;
        const found = await outlines.call('add', context.jobId, { col, row }, shapes, prepared.samples);
        await buildings.append(found.buildings);
        covered += found.covered;
        done += 1;
      }
      blocks = await outlines.call('wanted', context.jobId);
    }
    context.progress(96, words(done, done, buildings.count));
    return covered;
  }

  async #prepare({ path, version, graph, parameters }: Task, block: Block, step: number): Promise<Prepared> {
    const seen = seenBy(block, graph);
    const rgba = await this.#parts.reader.call('window', path, version.gsd, seen);
    const samples = sampledData(block, seen, rgba, step);
    if (!hasData(block, seen, rgba)) return { samples, request: null };
    return { samples, request: await blockRequest(block, seen, rgba, parameters.threshold) };
  }

  async #shapes(graph: Graph, request: NonNullable<Prepared['request']>, signal: AbortSignal): Promise<string> {
    const { data } = await this.#parts.backend.infer(graph, request, signal);
    const [shapes] = data;
    if (typeof shapes === 'string') return shapes;
    throw new CairnError('model-output-invalid', 'The graph answered no text of shapes.', { where: graph.model });
  }

  async #keep(
    task: Task,
    buildings: BuildingFile,
    areaKm2: number,
    seconds: () => number,
    context: JobContext,
  ): Promise<Result> {
    const { database, catalog, objects, receipts } = this.#parts;
    const { version, imagery, aoi, parameters, request } = task;
    const rounded = Math.round(areaKm2 * 1e6) / 1e6;
    const draft = await this.#draft(task, buildings, rounded);
    const issued = await receipts.sign(database, draft);
    const upstream = await receipts.upstreamOf(database, issued.bundle);
    const receipt = makeReceipt(issued.bundle, upstream, receipts.publicKeyPem);
    const { digest, size } = await objects.put(featureCollection(buildings, draft.facts.licences.value, receipt));
    const row = {
      id: idOf(request),
      request_digest: request,
      model: version.model,
      version: version.version,
      imagery: imagery.id,
      geojson_digest: digest,
      features: buildings.count,
      area_km2: rounded,
      seconds: seconds(),
      receipt: issued.digest,
      actor: context.actor.id,
    };
    const item = predictionItem(row, aoiGeometry(aoi), aoi.bbox, parameters, size, new Date().toISOString());
    return database.transaction(async (tx) => {
      // Two jobs may have been asked the same at once: the second finds the answer of the first.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [request]);
      const earlier = await predictionOf(tx, request);
      if (earlier !== null) return toResult(earlier, true);
      const grounds = [version.weights_digest, version.package_digest, version.dataset_digest];
      await demandUnrevoked(tx, grounds, versionId(version));
      await receipts.record(tx, draft, issued satisfies Issued);
      await insertPrediction(tx, row);
      await catalog.upsert(tx, item);
      await recordEvent(tx, context.actor, {
        kind: 'prediction.made',
        subject: draft.subject,
        data: { geojson: digest, receipt: issued.digest, features: row.features },
      });
      return toResult(row, false);
    });
  }

  async #draft(task: Task, buildings: BuildingFile, areaKm2: number): Promise<Draft<'prediction'>> {
    const { database, receipts } = this.#parts;
    const { version, imagery, aoi, parameters, request } = task;
    const { facts, upstream, licences } = await trailOf(database, receipts, version, imagery);
    const manifest = buildings.manifest.digest();
    const witnessed = <T>(value: T): { value: T; known: 'witnessed' } => ({ value, known: 'witnessed' });
    return {
      kind: 'prediction',
      subject: `prediction:${idOf(request)}`,
      facts: {
        ...facts,
        imagery: witnessed(imagery.id),
        parameters: witnessed({ ...parameters }),
        aoi: witnessed(aoiGeometry(aoi) as unknown as JsonObject),
        features: witnessed({ count: buildings.count, manifest }),
        areaKm2: witnessed(areaKm2),
        softwareVersion: witnessed(softwareVersion),
        licences: witnessed(licences),
      },
      subjects: [{ name: 'buildings', digest: { sha256: digestHex(manifest) } }],
      upstream,
    };
  }
}

/** A block that is ready for the graph; no request where it has no data. */
interface Prepared {
  samples: Uint8Array;
  request: Awaited<ReturnType<typeof blockRequest>> | null;
}

/** Pixels between samples of covered ground: some 40,000 samples an area, at least one in 16 pixels. */
function sampleStep(pixels: number): number {
  return Math.max(1, Math.min(16, Math.floor(Math.sqrt(pixels / 40_000))));
}

function idOf(request: Digest): string {
  if (!isDigest(request)) throw new Error(`${request} is no digest.`);
  return digestHex(request).slice(0, 20);
}

function words(done: number, total: number, buildings: number): string {
  return `${done} of ${total} blocks, ${buildings} buildings so far`;
}

function toResult(row: NewPrediction, stored: boolean): Result {
  return {
    prediction: row.id,
    href: buildingsAddress(row.id),
    digest: row.geojson_digest,
    features: row.features,
    areaKm2: row.area_km2,
    seconds: row.seconds,
    receipt: row.receipt,
    stored,
  };
}
