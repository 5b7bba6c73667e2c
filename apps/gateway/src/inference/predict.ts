import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { aoiGeometry } from '@cairn/geo';
import { digestHex, isDigest, makeReceipt, type JsonObject } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import { recordEvent } from '../identity/events.ts';
import { HandedOver } from '../jobs/handed-over.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Draft, Issued, Receipts } from '../receipts/receipts.ts';
import { soughtClasses } from '../registry/network-output.ts';
import { demandUnrevoked } from '../registry/revocation.ts';
import { shadowing } from '../registry/shadow-row.ts';
import type { ShareRow } from '../registry/share-row.ts';
import { versionId } from '../registry/version-row.ts';
import type { GraphBackend } from './backend/backend.ts';
import { BuildingFile } from './building-file.ts';
import { featureCollection } from './feature-collection.ts';
import type { AttemptLog, FeatureLogs } from './feature-logs.ts';
import { findBuildings, type BlockParts, type Found } from './find-buildings.ts';
import { missingOf } from './missing.ts';
import { recordPace } from './pace.ts';
import { acceptShadow } from './shadow/accept.ts';
import { buildingsAddress, predictionItem } from './prediction-item.ts';
import { insertPrediction, type NewPrediction, predictionOf } from './prediction-row.ts';
import { type AnsweringTask, taskOf, type TaskParts } from './task.ts';
import type { Precedence } from './precedence.ts';
import { onImagery, versionTrail } from './trail.ts';

type Inputs = ProcessInput<'predict'>;
type Result = ProcessResult<'predict'>;

/** What the process works with. */
export interface PredictParts extends TaskParts, BlockParts {
  backend: Pick<GraphBackend, 'infer' | 'hasRoom' | 'isReady' | 'hold'>;
  catalog: Pick<Catalog, 'upsert'>;
  receipts: Receipts;
  precedence: Precedence;
  featureLogs: FeatureLogs;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/**
 * The process `predict`: an area of imagery becomes buildings, by a version in production. The area is cut into blocks on the
 * imagery's own grid. Buildings go to the log of the job as they are found, which whoever waits may read. Nothing else is
 * written before the end, where row, item, receipt and event come in one transaction; a job that was killed begins again.
 */
export class Predict implements Process<'predict'> {
  readonly id = 'predict';
  readonly #parts: PredictParts;

  constructor(parts: PredictParts) {
    this.#parts = parts;
  }

  /**
   * The prediction that answered an identical request before. What cannot be answered is told by the run. Where there is none,
   * the graph begins to start: it will be asked when the job has found a place and its first pixels are read.
   */
  async stored(inputs: Inputs): Promise<Result | null> {
    const { database, backend } = this.#parts;
    try {
      const { request, graph } = await taskOf(this.#parts, inputs);
      const row = await predictionOf(database, request);
      if (row !== null) return toResult(row, true);
      backend.hold(graph)();
      return null;
    } catch (error) {
      if (error instanceof CairnError) return null;
      throw error;
    }
  }

  /**
   * @throws CairnError `not-found`, `version-not-in-production`, `aoi-*`, `imagery-*`, `weights-digest-mismatch`,
   * `revoked`, `model-output-invalid`, `model-timeout`, `serving-unavailable`, `disk-full`
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { featureLogs, precedence } = this.#parts;
    const result = await precedence.first(() => this.#logged(inputs, context));
    // The prediction is made: what is left over of others may wait for the next one.
    await featureLogs.dropOld().catch(() => undefined);
    return result;
  }

  async #logged(inputs: Inputs, context: JobContext): Promise<Result> {
    const log = await this.#parts.featureLogs.open(context);
    try {
      return await this.#run(inputs, log, context);
    } catch (error) {
      // Whoever takes the job up goes on with what was found, so that its readers see nothing twice.
      if (!(context.signal.reason instanceof HandedOver)) await log.drop();
      throw error;
    }
  }

  async #run(inputs: Inputs, log: AttemptLog, context: JobContext): Promise<Result> {
    const started = performance.now();
    const { database, backend, outlines, workFolder } = this.#parts;
    context.step('Look at the request');
    const task = await taskOf(this.#parts, inputs);
    const stored = await predictionOf(database, task.request);
    if (stored !== null) {
      // An earlier attempt may have found a part of it.
      await log.drop();
      return toResult(stored, true);
    }
    const folder = join(workFolder, context.jobId, 'predict');
    await mkdir(folder, { recursive: true });
    const buildings = await BuildingFile.open(log.path, folder);
    try {
      log.tell();
      context.step('Find buildings');
      // The graph must not end between two blocks, however long the second takes to be read.
      const release = backend.hold(task.graph);
      const found = await findBuildings(this.#parts, task, buildings, context).finally(release);
      context.step('Sign the receipt');
      context.progress(97, `Signing the receipt of ${buildings.count} buildings`);
      const seconds = (): number => Math.round(performance.now() - started) / 1000;
      const result = await this.#keep(task, buildings, found, seconds, context);
      await log.whole();
      return result;
    } finally {
      await log.stop();
      await outlines.call('end', context.jobId);
      await buildings.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #keep(
    task: AnsweringTask,
    buildings: BuildingFile,
    { covered, pace }: Found,
    seconds: () => number,
    context: JobContext,
  ): Promise<Result> {
    const { database, catalog, objects, receipts } = this.#parts;
    const { version, imagery, aoi, parameters, request, asked } = task;
    const rounded = Math.round(covered) / 1e6;
    const missing = missingOf(aoi, covered, imagery.gaps);
    if (missing.km2 > 0) context.log(`${missing.km2} km² of the area have no imagery: nothing is predicted there`);
    const shadow = await shadowing(database, version, request);
    const draft = await this.#draft(task, shadow, buildings, rounded);
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
      asked,
    };
    const area = { geometry: aoiGeometry(aoi), bbox: aoi.bbox, missing };
    const at = new Date().toISOString();
    const item = predictionItem(row, soughtClasses(version.output), area, parameters, size, at);
    return database.transaction(async (tx) => {
      // Two jobs may have been asked the same at once: the second finds the answer of the first.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [request]);
      const earlier = await predictionOf(tx, request);
      if (earlier !== null) return toResult(earlier, true);
      const grounds = [version.weights_digest, version.package_digest, version.dataset_digest];
      await demandUnrevoked(tx, grounds, versionId(version));
      await receipts.record(tx, draft, issued satisfies Issued);
      await insertPrediction(tx, row);
      await recordPace(tx, version.weights_digest, { ...pace, seconds: row.seconds });
      await catalog.upsert(tx, item);
      if (shadow !== null) await acceptShadow(tx, shadow, row.id);
      await recordEvent(tx, context.actor, {
        kind: 'prediction.made',
        subject: draft.subject,
        data: { geojson: digest, receipt: issued.digest, features: row.features },
      });
      return toResult(row, false);
    });
  }

  async #draft(
    task: AnsweringTask,
    shadow: ShareRow | null,
    buildings: BuildingFile,
    areaKm2: number,
  ): Promise<Draft<'prediction'>> {
    const { database, receipts } = this.#parts;
    const { version, route, imagery, aoi, parameters, request } = task;
    const trail = await versionTrail(database, receipts, version);
    const { facts, upstream, licences } = await onImagery(database, receipts, trail, imagery);
    const manifest = await buildings.manifest();
    const witnessed = <T>(value: T): { value: T; known: 'witnessed' } => ({ value, known: 'witnessed' });
    return {
      kind: 'prediction',
      subject: `prediction:${idOf(request)}`,
      facts: {
        ...facts,
        ...(route === null ? {} : { route: witnessed(route) }),
        ...(shadow === null ? {} : { shadow: witnessed({ version: versionId(shadow), share: shadow.share }) }),
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

function idOf(request: Digest): string {
  if (!isDigest(request)) throw new Error(`${request} is no digest.`);
  return digestHex(request).slice(0, 20);
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
