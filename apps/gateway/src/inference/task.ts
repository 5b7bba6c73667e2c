import type { Digest, ProcessInput } from '@cairn/contracts';
import { aoiGeometry, crsOf, type Aoi, type BlockGrid } from '@cairn/geo';
import type { Database } from '../db/database.ts';
import type { Imageries, Imagery } from '../imagery/imageries.ts';
import { modelGrid, type ModelGrid } from '../imagery/model-grid.ts';
import type { ImageryReader } from '../imagery/reader.ts';
import type { ImageryThread } from '../imagery/reader-thread.ts';
import { answering, type Route } from '../registry/answering.ts';
import { calibrationOf, type Calibration } from '../registry/calibration.ts';
import { soughtClasses } from '../registry/network-output.ts';
import type { VersionRow } from '../registry/version-row.ts';
import type { ProductionVersion, Versions } from '../registry/versions.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { areaOf } from './area.ts';
import { blocksAcross } from './calls.ts';
import { blockSize, graphOf, layoutOf, type Graph } from './graph.ts';
import type { OutlineSpec } from './outlines.ts';
import { type Asked, askedOf, parametersOf, requestDigest, type Parameters, type Settings } from './request.ts';

/** What a request is understood by. */
export interface TaskParts {
  database: Database;
  versions: Versions;
  imageries: Imageries;
  objects: ObjectStore;
  reader: ImageryThread;
  /** Largest area that may be asked for at once. */
  maxAoiKm2: number;
  /** Wanted edge of a block's core in pixels of the model's grid. */
  block: number;
}

/** What a version has to do on an image: an area of it, by some settings. */
export interface ImageTask {
  version: VersionRow;
  aoi: Aoi;
  parameters: Parameters;
  /** How confidence follows from the mean probability; null: it is that. */
  calibration: Calibration | null;
  path: string;
  model: ModelGrid;
  crs: string;
  /** Pixels of the grid across one of the image's tiles or strips. */
  blockWidth: number;
  graph: Graph;
  grid: BlockGrid;
}

/** What a version has to do: an area of imagery, by some settings. */
export interface Task extends ImageTask {
  imagery: Imagery;
  request: Digest;
}

/** A request for a prediction that was understood. */
export interface AnsweringTask extends Task {
  version: ProductionVersion;
  /** Why that version; null where it was named, or is the only one that could be. */
  route: Route | null;
  asked: Asked;
}

/** An image, and an area of it. */
interface ImageGround {
  path: string;
  info: Awaited<ReturnType<ImageryReader['describe']>>;
  aoi: Aoi;
}

/** Imagery, and an area of it. */
interface Ground extends ImageGround {
  imagery: Imagery;
}

/**
 * Reads what a request asks for.
 * @throws CairnError `not-found`, `version-not-in-production`, `aoi-*`, `imagery-*`, `calibration-invalid`
 */
export async function taskOf(parts: TaskParts, inputs: ProcessInput<'predict'>): Promise<AnsweringTask> {
  const { database, versions } = parts;
  const named = await versions.production(inputs.model);
  const ground = await groundOf(parts, inputs);
  const asked = askedOf(inputs, ground.imagery, ground.aoi);
  const { version, route } = await answering(versions, database, inputs.model, named, { ...asked });
  return { ...(await taskOn(parts, version, ground, inputs)), version, route, asked };
}

/**
 * What a version has to do for a request, whoever answers it.
 * @throws CairnError as `taskOf`
 */
export async function taskFor(
  parts: TaskParts,
  version: VersionRow,
  inputs: Omit<ProcessInput<'predict'>, 'model'>,
): Promise<Task> {
  return taskOn(parts, version, await groundOf(parts, inputs), inputs);
}

async function groundOf(
  { imageries, objects, reader, maxAoiKm2 }: TaskParts,
  inputs: Pick<ProcessInput<'predict'>, 'imagery' | 'aoi'>,
): Promise<Ground> {
  const imagery = await imageries.get(inputs.imagery);
  const path = await objects.file(imagery.digest);
  const info = await reader.call('describe', path);
  return { imagery, path, info, aoi: areaOf(inputs.aoi, info.footprint, maxAoiKm2) };
}

async function taskOn(parts: TaskParts, version: VersionRow, ground: Ground, settings: Settings): Promise<Task> {
  const task = await imageTask(parts, version, ground, settings);
  const { imagery, aoi } = ground;
  return { ...task, imagery, request: requestDigest(version, imagery, aoiGeometry(aoi), task.parameters) };
}

/**
 * What a version has to do on an image, whether or not that is imagery of the catalogue.
 * @throws CairnError `imagery-unsupported` where it is too coarse, `calibration-invalid`
 */
export async function imageTask(
  parts: Pick<TaskParts, 'objects' | 'block'>,
  version: VersionRow,
  { path, info, aoi }: ImageGround,
  settings: Settings,
): Promise<ImageTask> {
  const reference = { crs: crsOf(info.crs), transform: info.transform };
  const model = modelGrid({ width: info.width, height: info.height, reference }, version.gsd);
  const graph = graphOf(version);
  const { width, height } = model;
  const { halo, stride } = layoutOf(graph);
  const grid = { width, height, size: blockSize(graph, parts.block), halo, stride };
  const found = await calibrationOf(version, parts.objects);
  const parameters = parametersOf(settings, version, found);
  const calibration = parameters.calibration === 'none' ? null : found;
  const blockWidth = info.blockWidth / model.scale;
  return { version, aoi, parameters, calibration, path, model, crs: info.crs, blockWidth, graph, grid };
}

/** What the outlines of a task are made for. */
export function outlineSpec(task: ImageTask): OutlineSpec {
  const { version, aoi, parameters, calibration, grid, model, crs, blockWidth } = task;
  const inCall = blocksAcross(grid.size);
  return {
    grid,
    classes: soughtClasses(version.output),
    crs,
    transform: model.transform,
    aoi: aoiGeometry(aoi),
    minArea: parameters.minArea,
    tolerance: parameters.simplify / version.gsd,
    square: parameters.square,
    calibration,
    step: sampleStep(aoi.area / version.gsd ** 2),
    // What is decoded for one block is kept for its neighbours. Strips of the image that reach across it are read once.
    // No call lies in two strips.
    across: Math.ceil(Math.max(leastAcross, blockWidth) / grid.size / inCall) * inCall,
  };
}

/** Pixels across the strips in which an area is gone through. */
const leastAcross = 4096;

/** Pixels between samples of covered ground: some 40,000 samples an area, at least one in 16 pixels. */
function sampleStep(pixels: number): number {
  return Math.max(1, Math.min(16, Math.floor(Math.sqrt(pixels / 40_000))));
}
